"""The command line: tables for people, one JSON document for programs, progress on stderr."""
