//! A virtual Sigstore and virtual registries.
