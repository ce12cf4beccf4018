"""The pipeline that makes Tessera's bundled model; see README.md."""
