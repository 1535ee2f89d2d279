//! `docs/scoring.md` is written from the policy's types, the default policy, the template beside them
//! and the worked examples: `make docs` rewrites it, and a stale one fails.

use crate::examples::{EXAMPLES, Figures, grouped};
use crate::world::policy;
use guerdon_core::model::Kind;
use guerdon_core::policy::{Allowed, range_of};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

const TEMPLATE: &str = include_str!("../../docs/scoring.in.md");
const SOURCES: [&str; 2] = [include_str!("../../src/policy/mod.rs"), include_str!("../../src/policy/rules.rs")];

/// A struct of the policy as its source says it.
struct Section {
    doc: String,
    keys: Vec<Key>,
}

struct Key {
    name: String,
    /// As it is written, without blanks: `BTreeMap<Slice,SliceRule>`.
    kind: Vec<String>,
    doc: String,
}

fn doc(attributes: &[syn::Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        syn::Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join(" ")
}

/// The names in a type, outside first.
fn names(of: &syn::Type, into: &mut Vec<String>) {
    let syn::Type::Path(path) = of else { panic!("a type that is no path") };
    let last = path.path.segments.last().unwrap();
    into.push(last.ident.to_string());
    if let syn::PathArguments::AngleBracketed(inner) = &last.arguments {
        for argument in &inner.args {
            let syn::GenericArgument::Type(inner) = argument else { continue };
            names(inner, into);
        }
    }
}

fn sections() -> BTreeMap<String, Section> {
    let items = SOURCES.iter().flat_map(|source| syn::parse_file(source).unwrap().items);
    let structs = items.filter_map(|item| if let syn::Item::Struct(one) = item { Some(one) } else { None });
    structs
        .map(|one| {
            let keys = one.fields.iter().filter_map(|field| {
                let mut kind = Vec::new();
                if matches!(field.ty, syn::Type::Path(_)) {
                    names(&field.ty, &mut kind);
                }
                Some(Key { name: field.ident.as_ref()?.to_string(), kind, doc: doc(&field.attrs) })
            });
            (one.ident.to_string(), Section { doc: doc(&one.attrs), keys: keys.collect() })
        })
        .collect()
}

fn allowed(path: &str) -> String {
    let path: Vec<String> = path.split('.').map(str::to_owned).collect();
    match range_of(&path).unwrap_or_else(|| panic!("{path:?} has no range")).allowed {
        Allowed::Number { high: u64::MAX, .. } => "an id".to_owned(),
        Allowed::Number { low, high } => format!("{} to {}", grouped(low), grouped(high)),
        Allowed::Label => "labels".to_owned(),
        Allowed::Kind => "label = kind".to_owned(),
        Allowed::Pattern => "patterns".to_owned(),
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Number(number) => grouped(number.as_u64().unwrap()),
        Value::String(text) => format!("`{text}`"),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) => list.iter().map(shown).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            let pair = |(key, value): (&String, &Value)| format!("`{key}` = {}", shown(value));
            map.iter().map(pair).collect::<Vec<_>>().join(", ")
        }
        other => panic!("{other}"),
    }
}

/// Every key of the policy, as the types describe it and with what the default policy sets.
fn reference() -> String {
    let sections = sections();
    let default = serde_json::to_value(policy()).unwrap();
    let mut out = String::new();
    let table = "| key | default | allowed | what |\n|---|---:|---|---|\n";
    let policy = &sections["Policy"];
    let top = policy.keys.iter().filter(|key| key.kind == ["u64"]);
    out.push_str(table);
    for key in top {
        row(&mut out, &key.name, &shown(&default[&key.name]), &allowed(&key.name), &key.doc);
    }
    for section in policy.keys.iter().filter(|key| key.kind != ["u64"]) {
        let name = &section.name;
        writeln!(out, "\n### `[{name}]`\n").unwrap();
        match section.kind.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["BTreeMap", _, "u64"] => {
                writeln!(out, "{} Allowed: {}.\n\n| kind | points |\n|---|---:|", section.doc, allowed("points.fix"))
                    .unwrap();
                for kind in Kind::ALL.map(Kind::name) {
                    writeln!(out, "| {kind} | {} |", shown(&default[name][kind])).unwrap();
                }
            }
            ["BTreeMap", _, rule] => slices(&mut out, &sections[rule], &default[name]),
            ["PathRule"] => paths(&mut out, &sections["PathRule"], &default[name]),
            [rule] => {
                writeln!(out, "{}\n\n{table}", sections[rule].doc).unwrap();
                out.truncate(out.trim_end().len());
                out.push('\n');
                rows(&mut out, &sections, rule, name, &default[name]);
            }
            _ => panic!("{name} is of a type that this does not know"),
        }
    }
    out
}

fn row(out: &mut String, key: &str, default: &str, allowed: &str, doc: &str) {
    assert!(!doc.is_empty(), "{key} has no doc comment in its type");
    writeln!(out, "| `{key}` | {default} | {allowed} | {doc} |").unwrap();
}

fn rows(out: &mut String, sections: &BTreeMap<String, Section>, rule: &str, path: &str, default: &Value) {
    for key in &sections[rule].keys {
        let (path, default) = (format!("{path}.{}", key.name), &default[&key.name]);
        match key.kind.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["u64" | "Milli"] => row(out, &path, &shown(default), &allowed(&path), &key.doc),
            ["Vec", inner] if sections.contains_key(inner) => {
                let list: Vec<String> = default.as_array().unwrap().iter().map(shown).collect();
                let list = if list.is_empty() { "none".to_owned() } else { list.join("; ") };
                row(out, &path, &list, "tables", &key.doc);
                for field in &sections[inner].keys {
                    let path = format!("{path}.*.{}", field.name);
                    row(out, &path, "", &allowed(&path), &field.doc);
                }
            }
            _ => row(out, &path, &shown(default), &allowed(&format!("{path}.*")), &key.doc),
        }
    }
}

fn slices(out: &mut String, rule: &Section, default: &Value) {
    writeln!(out, "{}\n", rule.doc).unwrap();
    for key in &rule.keys {
        assert!(!key.doc.is_empty());
        let path = format!("slices.code.{}", key.name);
        writeln!(out, "- `slices.*.{}` ({}): {}", key.name, allowed(&path), key.doc).unwrap();
    }
    writeln!(out, "\n| slice | percent | full_at |\n|---|---:|---:|").unwrap();
    for slice in guerdon_core::score::Slice::ALL {
        let one = &default[slice.name()];
        writeln!(out, "| {} | {} | {} |", slice.name(), shown(&one["percent"]), shown(&one["full_at"])).unwrap();
    }
}

fn paths(out: &mut String, rule: &Section, default: &Value) {
    writeln!(out, "{}", rule.doc).unwrap();
    for key in &rule.keys {
        writeln!(out, "\n**`paths.{}`**: {}\n\n```text", key.name, key.doc).unwrap();
        for pattern in default[&key.name].as_array().unwrap() {
            writeln!(out, "{}", pattern.as_str().unwrap()).unwrap();
        }
        out.push_str("```\n");
    }
}

/// Thousandths as a decimal number.
fn milli(value: &Value) -> String {
    if let Value::Object(map) = value {
        return map.iter().map(|(key, value)| format!("`{key}` {}", milli(value))).collect::<Vec<_>>().join(", ");
    }
    let number = value.as_u64().unwrap();
    let rest = format!("{:03}", number % 1000);
    let rest = rest.trim_end_matches('0');
    format!("{}{}{rest}", number / 1000, if rest.is_empty() { "" } else { "." })
}

/// What placeholders stand for: `example.figure`, and `policy.key` or `policy.key|milli`.
struct Values {
    figures: BTreeMap<String, String>,
    policy: Value,
}

impl Values {
    fn new() -> Self {
        let of = |(example, run): &(&str, fn() -> Figures)| {
            let named = |(name, text): (&str, String)| (format!("{example}.{name}"), text);
            run().into_iter().map(named).collect::<Vec<_>>()
        };
        Self { figures: EXAMPLES.iter().flat_map(of).collect(), policy: serde_json::to_value(policy()).unwrap() }
    }

    fn get(&self, name: &str) -> String {
        if let Some(figure) = self.figures.get(name) {
            return figure.clone();
        }
        let (path, filter) = name.split_once('|').unwrap_or((name, ""));
        let found = path.split('.').fold(&self.policy, |value, key| &value[key]);
        match filter {
            _ if found.is_null() => panic!("neither an example nor the policy has {path}"),
            "milli" => milli(found),
            "" => shown(found),
            other => panic!("no such filter: {other}"),
        }
    }
}

fn page() -> String {
    let values = Values::new();
    let (mut out, mut used) = (String::new(), BTreeSet::new());
    let mut rest = TEMPLATE;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, tail)) = after.split_once("}}") else { panic!("a placeholder does not end: {after:.40}") };
        out.push_str(before);
        if name == "policy" {
            out.push_str(&reference());
        } else {
            out.push_str(&values.get(name));
        }
        used.insert(name.to_owned());
        rest = tail;
    }
    out.push_str(rest);
    for figure in values.figures.keys() {
        assert!(used.contains(figure), "the template does not use {figure}");
    }
    for (example, _) in EXAMPLES {
        assert!(TEMPLATE.contains(&format!("`{example}`")), "the template does not name the test `{example}`");
    }
    out
}

#[test]
fn the_scoring_page_is_fresh() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/scoring.md");
    let page = page();
    if std::env::var_os("GUERDON_WRITE_DOCS").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == page, "docs/scoring.md is stale: run `make docs` and look at what changed");
}

#[test]
fn every_key_of_the_types_is_on_the_page() {
    let reference = reference();
    let default = serde_json::to_value(policy()).unwrap();
    for (section, value) in default.as_object().unwrap() {
        assert!(
            reference.contains(&format!("[{section}]")) || reference.contains(&format!("`{section}`")),
            "{section}"
        );
        for key in value.as_object().into_iter().flatten().map(|(key, _)| key) {
            let forms = [format!("`{section}.{key}`"), format!("| {key} |")];
            assert!(forms.iter().any(|form| reference.contains(form)), "{section}.{key}");
        }
    }
}
