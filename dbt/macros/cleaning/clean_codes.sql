{#- An ICD-10-CM code by its shape, upper case and without the dot: a letter, a digit, a digit or A or B, then up to four
    letters or digits, with or without a dot before them. -#}
{% macro clean_diagnosis(text) -%}
case
  when {{ text }} ~ '^[A-Z][0-9][0-9AB]([.]?[0-9A-Z]{1,4})?$' then replace({{ text }}, '.', '')
  when {{ text }} ~* '^[A-Z][0-9][0-9AB]([.]?[0-9A-Z]{1,4})?$' then upper(replace({{ text }}, '.', ''))
end
{%- endmacro %}

{#- A HCPCS code by its shape, upper case: level II is a letter and four digits; level I is CPT, five digits, or four and F
    (category II), T (III), U (proprietary laboratory analyses) or M (multianalyte assays). -#}
{% macro clean_hcpcs(text) -%}
case
  when {{ text }} ~ '^([0-9]{4}[0-9FTUM]|[A-V][0-9]{4})$' then {{ text }}
  when {{ text }} ~* '^([0-9]{4}[FTUM]|[A-V][0-9]{4})$' then upper({{ text }})
end
{%- endmacro %}

{#- A modifier of a procedure: two letters or digits, upper case. -#}
{% macro clean_modifier(text) -%}
case when {{ text }} ~ '^[0-9A-Za-z]{2}$' then upper({{ text }}) end
{%- endmacro %}

{#- The eleven digits of a National Drug Code, 5-4-2. The ten digits of a label come as 4-4-2, 5-3-2 or 5-4-1 and get a zero
    in the short part; without dashes it cannot be known which, so ten plain digits are null. -#}
{% macro clean_ndc(text) -%}
case
  when {{ text }} ~ '^[0-9]{11}$' then {{ text }}
  when {{ text }} ~ '^([0-9]{5}-[0-9]{4}-[0-9]{1,2}|[0-9]{4}-[0-9]{4}-[0-9]{2}|[0-9]{5}-[0-9]{3}-[0-9]{2})$' then
    lpad(split_part({{ text }}, '-', 1), 5, '0') || lpad(split_part({{ text }}, '-', 2), 4, '0') || lpad(split_part({{ text }}, '-', 3), 2, '0')
end
{%- endmacro %}

{#- The two digits of a place of service; one digit lost its zero. Whether CMS knows it is another question (flags.sql). -#}
{% macro clean_place_of_service(text) -%}
case when {{ text }} ~ '^[0-9]{1,2}$' then lpad({{ text }}, 2, '0') end
{%- endmacro %}

{#- The four digits of a revenue code; fewer lost zeros. Whether its category is known is another question (flags.sql). -#}
{% macro clean_revenue_code(text) -%}
case when {{ text }} ~ '^[0-9]{1,4}$' then lpad({{ text }}, 4, '0') end
{%- endmacro %}

{#- The type of bill with its leading zero, as form UB-04 prints it: type of facility, classification, and frequency, which
    may be a letter. Claims sent electronically have only those three. -#}
{% macro clean_bill_type(text) -%}
case when {{ text }} ~ '^0?[1-9][1-9][0-9A-Za-z]$' then lpad(upper({{ text }}), 4, '0') end
{%- endmacro %}
