"""Where bytes come to rest: spool, seal, encryption, the raw store and its retention."""
