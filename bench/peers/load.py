"""Loads a CSV into a table of texts: load.py pandas|polars FILE SCHEMA TABLE. Where the server is says libpq's environment."""
import os
import sys

library, file, schema, table = sys.argv[1:]
server = 'postgresql://{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}/{PGDATABASE}'.format(**os.environ)

if library == 'pandas':
    import pandas
    from sqlalchemy import create_engine

    rows = pandas.read_csv(file, dtype=str, keep_default_na=False, low_memory=False)
    engine = create_engine(server.replace('postgresql:', 'postgresql+psycopg2:'))
    # In one transaction, as a file is loaded whole or not at all.
    with engine.begin() as connection:
        rows.to_sql(table, connection, schema=schema, if_exists='append', index=False)
elif library == 'polars':
    import polars

    rows = polars.read_csv(file, infer_schema=False)
    rows.write_database(f'{schema}.{table}', server, if_table_exists='append', engine='adbc')
else:
    sys.exit(f'no library {library}')
