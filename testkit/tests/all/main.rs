//! What the testkit makes, judged by implementations that are not ours.

#[cfg(test)]
mod honest;
#[cfg(test)]
mod lies;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod support;
