-- Of a claim and the adjustments that go back on it at most one stands: no dollar of it is counted twice.
select
  version.client,
  version.version_of
from {{ ref('claim_line') }} as line
inner join {{ ref('int_claim_version') }} as version on version.file_id = line.file_id and version.claim_id = line.claim_id
where line.record_type = 'adjustment' or line.claim_id = version.version_of
group by version.client, version.version_of
having min(line.claim_id) <> max(line.claim_id) or count(distinct line.file_id) > 1
