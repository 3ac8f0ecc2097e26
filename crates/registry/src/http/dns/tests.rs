use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::{join, join_all};
use tokio::sync::Semaphore;

use super::*;

static ASKED: AtomicUsize = AtomicUsize::new(0);
static ANSWERS: Semaphore = Semaphore::const_new(0);

fn counting(name: String) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> {
    async move {
        ASKED.fetch_add(1, Ordering::SeqCst);
        drop(ANSWERS.acquire().await);
        match name.as_str() {
            "good.example" => Ok(vec![SocketAddr::from(([192, 0, 2, 1], 0))]),
            "none.example" => Ok(Vec::new()),
            _ => Err(io::Error::other("no such name")),
        }
    }
    .boxed()
}

#[tokio::test]
async fn a_name_is_looked_up_once_and_a_failure_is_not_kept() {
    let names = Names::asking(counting);
    let ask = async |name: &str| names.clone().look_up(name.to_owned()).await;
    // All ask before anybody is answered.
    let together = async |name: &'static str| {
        let asked = join_all((0..20).map(|_| ask(name)));
        let (found, ()) = join(asked, async { ANSWERS.add_permits(100) }).await;
        ANSWERS.forget_permits(100);
        (found, ASKED.swap(0, Ordering::SeqCst))
    };
    let (found, asked) = together("good.example").await;
    assert!(found.iter().all(Result::is_ok));
    assert_eq!(asked, 1);
    assert!(ask("good.example").await.is_ok());
    assert_eq!(ASKED.load(Ordering::SeqCst), 0);

    let (failed, asked) = together("bad.example").await;
    assert!(failed.iter().all(Result::is_err));
    assert_eq!(asked, 1, "who waits together fails together");
    ANSWERS.add_permits(100);
    let again = ask("bad.example").await.unwrap_err();
    assert_eq!(again.to_string(), "no such name");
    assert_eq!(ASKED.load(Ordering::SeqCst), 1, "asked again");
    assert!(ask("none.example").await.is_err());
}

#[tokio::test]
async fn the_system_knows_this_machine() {
    let name = "LOCALHOST".parse().unwrap();
    let addresses: Vec<SocketAddr> = Names::default().resolve(name).await.unwrap().collect();
    assert!(!addresses.is_empty());
    assert!(addresses.iter().all(|address| address.ip().is_loopback()));
}
