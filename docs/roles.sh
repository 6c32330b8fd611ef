#!/bin/sh
# The two roles and the database, for a PostgreSQL of one's own: run once as superuser.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$EVENHAND_DB_PASSWORD" --username "${POSTGRES_USER:-postgres}" <<'SQL'
CREATE ROLE evenhand_owner LOGIN PASSWORD :'password';
CREATE ROLE evenhand_app LOGIN PASSWORD :'password';
CREATE DATABASE evenhand OWNER evenhand_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8';
REVOKE ALL ON DATABASE evenhand FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE evenhand TO evenhand_app;
SQL
