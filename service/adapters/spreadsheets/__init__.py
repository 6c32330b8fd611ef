"""Files with rows, in and out: CSV, XLSX, XLS, ODS and NDJSON as numbered rows of typed cells, in bounded memory."""
