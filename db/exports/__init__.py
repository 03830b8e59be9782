"""Takes faces and labels out: which (`choice`), as rows (`rows`), and in which form: CSV, Parquet, a zip file
with the pictures (`bundle`). FABA-Instruct's own JSON is written by `db.datasets`.
"""
