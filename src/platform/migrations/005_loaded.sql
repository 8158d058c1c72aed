-- Up Migration
-- Which of a feed's files comes before or after another is asked with every file that is loaded. Among the files of a month many
-- may wait to be loaded, or have been replaced: with an index of all of them, every one of these was looked at.

create index file_loaded on ingest.file (client, file_type, period, sequence) where state = 'loaded';

-- Down Migration
drop index ingest.file_loaded;
