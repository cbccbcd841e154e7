"""One message: addresses, dates, MIME parts, quoted blocks, threads. Bytes in, records out; no files."""
