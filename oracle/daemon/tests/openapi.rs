//! The committed description of the API is the one that the routes give.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use serde_json::Value;

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");

fn document() -> Value {
    serde_json::from_str(&guerdon::api::openapi_text().unwrap()).unwrap()
}

#[test]
fn docs_openapi_json_is_what_the_routes_say() {
    let text = guerdon::api::openapi_text().unwrap();
    if std::env::var_os("GUERDON_WRITE_DOCS").is_some() {
        std::fs::write(COMMITTED, &text).unwrap();
    }
    let committed = std::fs::read_to_string(COMMITTED).unwrap();
    assert!(committed == text, "docs/openapi.json is stale: run `make docs`");
}

#[test]
fn every_operation_says_what_it_is_and_which_errors_it_has() {
    let document = document();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut operations = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations += 1;
            assert!(operation["summary"].as_str().is_some_and(|text| text.len() > 8), "{method} {path}: no summary");
            let responses = operation["responses"].as_object().unwrap();
            for (status, response) in responses {
                let place = format!("{method} {path} {status}");
                assert!(!response["description"].as_str().unwrap().is_empty(), "{place}");
                if status.starts_with(['4', '5']) && path != "/readyz" {
                    let schema = &response["content"]["application/json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/Error", "{place}: there is one form of error");
                }
            }
            if path.starts_with("/v1") && path != "/v1/openapi.json" {
                assert!(responses.contains_key("429"), "{method} {path}");
                assert!(responses["200"]["headers"].get("etag").is_some(), "{method} {path}");
            }
        }
    }
    assert!(operations >= 16, "{operations}");
}

#[test]
fn every_field_of_every_answer_has_a_type() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    assert!(schemas.len() > 20, "{}", schemas.len());
    for (name, schema) in schemas {
        assert!(!matches!(name.as_str(), "u64" | "u32" | "usize" | "Milli"), "{name} is Rust's, not the reader's");
        for (field, kind) in schema["properties"].as_object().into_iter().flatten() {
            let typed = ["type", "$ref", "oneOf", "allOf", "enum"].iter().any(|key| kind.get(key).is_some());
            assert!(typed, "{name}.{field}: {kind}");
        }
    }
}
