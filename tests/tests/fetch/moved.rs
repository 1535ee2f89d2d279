//! A server that answers with moves: followed under the API's own address, never elsewhere.

use super::bench::TOKEN;
use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::IntoResponse;
use guerdon::fetch::{FetchError, GitHub, GitHubOptions};
use std::sync::{Arc, Mutex};

const GIST: &str = r#"{"id": "aa", "public": true, "created_at": "2025-01-06T00:00:00Z", "updated_at": "2025-01-06T00:00:00Z",
     "owner": {"id": 5, "login": "ada", "type": "User"}, "files": {}}"#;

/// Serves under `/api/v3`; gives its origin and the paths that came with the token.
async fn serve(location: fn(&str) -> String) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let (seen, base) = (Arc::new(Mutex::new(Vec::new())), origin.clone());
    let paths = seen.clone();
    let answer = move |uri: Uri, headers: HeaderMap| async move {
        assert_eq!(headers[header::AUTHORIZATION].to_str().unwrap(), format!("Bearer {TOKEN}"));
        paths.lock().unwrap().push(uri.path().to_owned());
        match uri.path() {
            "/api/v3/gists/aa" => {
                (StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, location(&base))], "{}").into_response()
            }
            _ => GIST.into_response(),
        }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    (origin, seen)
}

async fn ask(origin: &str) -> Result<String, FetchError> {
    let api_url = format!("{origin}/api/v3");
    let github = GitHub::new(GitHubOptions { api_url, ..GitHubOptions::new(TOKEN.to_owned().into()) }).unwrap();
    github.gist("aa").await.map(|gist| gist.id)
}

#[tokio::test]
async fn moves_within_the_api_are_followed() {
    for location in [|base: &str| format!("{base}/api/v3/new/aa"), |_: &str| "/api/v3/new/aa".to_owned()] {
        let (origin, seen) = serve(location).await;
        assert_eq!(ask(&origin).await.unwrap(), "aa");
        assert_eq!(*seen.lock().unwrap(), ["/api/v3/gists/aa", "/api/v3/new/aa"]);
    }
}

#[tokio::test]
async fn moves_elsewhere_are_refused() {
    let away: [fn(&str) -> String; 4] = [
        |base| format!("{base}/login"),
        |_| "/api/v3/../login".to_owned(),
        |base| base.replace("127.0.0.1", "localhost") + "/api/v3/gists/bb",
        |_| String::new(),
    ];
    for location in away {
        let (origin, seen) = serve(location).await;
        let error = ask(&origin).await.unwrap_err();
        assert!(
            matches!(&error, FetchError::Status { status: 301, message, .. } if message.contains("api_url")),
            "{error:?}"
        );
        assert_eq!(seen.lock().unwrap().len(), 1, "the token goes nowhere else");
    }
}

#[tokio::test]
async fn a_ring_of_moves_ends() {
    let (origin, seen) = serve(|base| format!("{base}/api/v3/gists/aa")).await;
    assert!(matches!(ask(&origin).await.unwrap_err(), FetchError::Status { status: 301, .. }));
    assert_eq!(seen.lock().unwrap().len(), 4);
}
