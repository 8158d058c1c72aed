{#- The row's one `code`, if its `code_system` is called like one of these. -#}
{% macro code_in() -%}
case when code_system ~* '{{ varargs | join("|") }}' then code end
{%- endmacro %}

{#- `original`, `adjustment` or `reversal`, from the word, its first letter or the claim frequency code of the National
    Uniform Billing Committee (7 replaces, 8 voids). What is not understood stands for itself: an original. -#}
{% macro clean_record_type(text) -%}
case
  when upper({{ text }}) in ('A', 'ADJ', 'ADJUSTMENT', 'ADJUSTED', 'REPLACEMENT', '7') then 'adjustment'
  when upper({{ text }}) in ('R', 'REV', 'REVERSAL', 'REVERSED', 'V', 'VOID', 'VOIDED', 'CANCEL', 'CANCELLED', 'CANCELED', '8') then 'reversal'
  else 'original'
end
{%- endmacro %}
