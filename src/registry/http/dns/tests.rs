use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;

use super::*;

static ASKED: AtomicUsize = AtomicUsize::new(0);

fn counting(name: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    async move {
        let earlier = ASKED.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        match (name.as_str(), earlier) {
            ("good.example", _) => Ok(vec![SocketAddr::from(([192, 0, 2, 1], 0))]),
            ("none.example", _) => Ok(Vec::new()),
            _ => Err(io::Error::other("no such name")),
        }
    }
    .boxed()
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_a_failure_is_not_kept() {
    let names = Names::asking(counting);
    let ask = async |name: &str| names.clone().look_up(name.to_owned()).await;
    let found = join_all((0..20).map(|_| ask("good.example"))).await;
    assert!(found.iter().all(Result::is_ok));
    assert!(ask("good.example").await.is_ok());
    assert_eq!(ASKED.swap(0, Ordering::SeqCst), 1);

    let failed = join_all((0..20).map(|_| ask("bad.example"))).await;
    assert!(failed.iter().all(Result::is_err));
    assert_eq!(
        ASKED.load(Ordering::SeqCst),
        1,
        "who waits together fails together"
    );
    let again = ask("bad.example").await.unwrap_err();
    assert_eq!(again.to_string(), "no such name");
    assert_eq!(ASKED.load(Ordering::SeqCst), 2);

    assert!(ask("none.example").await.is_err());
}

#[tokio::test]
async fn the_system_knows_this_machine() {
    let name = "LOCALHOST".parse().unwrap();
    let addresses: Vec<SocketAddr> = Names::default().resolve(name).await.unwrap().collect();
    assert!(!addresses.is_empty());
    assert!(addresses.iter().all(|address| address.ip().is_loopback()));
}
