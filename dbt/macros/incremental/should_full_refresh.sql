{#- dbt asks this before it builds an incremental table. Beside the flag `--full-refresh`, a table is made anew when the rules
    that its rows were made by are not those of today: remember_rules wrote them down as the table's comment. -#}
{% macro should_full_refresh() -%}
  {%- set asked = config.get('full_refresh') -%}
  {%- if asked is none -%}
    {%- set asked = flags.FULL_REFRESH -%}
  {%- endif -%}
  {{ return(asked or (config.get('materialized') == 'incremental' and rules_changed(this))) }}
{%- endmacro %}

{#- What stands for the rules: run.py takes it of the project's files (runner/rules.py). dbt by hand has none, and trusts that
    whoever changes rules says --full-refresh; the next run.py makes the tables anew anyway. -#}
{% macro rules_fingerprint() -%}
  {{ return(env_var('WAYMARK_RULES', '') if execute else '') }}
{%- endmacro %}

{% macro rules_changed(relation) -%}
  {%- if not rules_fingerprint() -%}
    {{ return(false) }}
  {%- endif -%}
  {%- set remembered = run_query("select obj_description(to_regclass('" ~ relation ~ "'), 'pg_class')").columns[0].values()[0] -%}
  {{ return(remembered != 'rules ' ~ rules_fingerprint()) }}
{%- endmacro %}

{#- For a post-hook. A table that has a comment keeps it: what is added to it makes its older rows no newer. -#}
{% macro remember_rules() -%}
do $$
begin
  if obj_description('{{ this }}'::regclass, 'pg_class') is null then
    comment on table {{ this }} is 'rules {{ rules_fingerprint() }}';
  end if;
end
$$
{%- endmacro %}
