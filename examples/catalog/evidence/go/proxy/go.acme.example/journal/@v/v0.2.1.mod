// Deprecated: use github.com/acme/ledger.
module go.acme.example/journal

retract v0.2.0 // loses the last entry
