//! One sample report through every renderer, and against the published schema.

#[cfg(test)]
mod formats;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod hostile_pages;
#[cfg(test)]
mod locks;
#[cfg(test)]
mod markdown;
#[cfg(test)]
mod nothing;
#[cfg(test)]
mod overrides;
#[cfg(test)]
mod pull_requests;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod sarif;
#[cfg(test)]
mod sarif_limits;
#[cfg(test)]
mod sarif_schema;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod untrusted;
#[cfg(test)]
mod untrusted_anything;
#[cfg(test)]
mod worst_first;
