use std::net::TcpListener;

use super::*;
use crate::action::runner::RepositoryName;

/// A GitHub that takes connections and says nothing.
#[tokio::test]
async fn a_github_that_hangs_holds_a_run_no_longer_than_its_budget() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", silent.local_addr().unwrap());
    let repository = RepositoryName::parse("acme/catalog").unwrap();
    let mut client = Client::new(&base, None, repository).unwrap();
    let most = Duration::from_millis(300);
    client.budget = Budget::of(most);
    let begun = Instant::now();
    let late = client.get::<serde_json::Value>("a", &[]).await.unwrap_err();
    assert!(matches!(late, ApiError::Connection(_)), "{late}");
    for _ in 0..5 {
        let spent = client.get::<serde_json::Value>("a", &[]).await;
        assert_eq!(spent, Err(ApiError::Spent));
        let hurried = client.hurried().viewer().await;
        assert_eq!(hurried, Err(ApiError::Spent));
    }
    assert!(begun.elapsed() < 20 * most, "{:?}", begun.elapsed());
}
