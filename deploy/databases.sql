-- Three roles and two databases, made once by a superuser of PostgreSQL 16 or newer:
--   psql -v owner=… -v web=… -v jobs=… -f databases.sql postgres
-- Nobody connects as kimbilio_owner but `kimbilio migrate` and the commands on keys and backups. The other two own
-- nothing; what each may do is laid by `kimbilio migrate`.
create role kimbilio_owner login password :'owner';
create role kimbilio_web login password :'web';
create role kimbilio_jobs login password :'jobs';

create database kimbilio owner kimbilio_owner encoding 'UTF8' locale 'C.UTF-8' template template0;
create database kimbilio_keys owner kimbilio_owner encoding 'UTF8' locale 'C.UTF-8' template template0;
revoke connect, temporary on database kimbilio, kimbilio_keys from public;
grant connect on database kimbilio, kimbilio_keys to kimbilio_web, kimbilio_jobs;

-- A failing statement quotes values; they stay out of the server's log.
alter system set log_min_error_statement = 'panic';
alter system set log_parameter_max_length_on_error = 0;
select pg_reload_conf();
