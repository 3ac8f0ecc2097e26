//! What the testkit makes, judged by implementations and documents that are not ours.

#[cfg(test)]
mod honest;
#[cfg(test)]
mod lies;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod shapes;
#[cfg(test)]
mod support;
