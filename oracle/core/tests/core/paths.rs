//! Which file class a path is, by the default policy and the real scorer.

use crate::world::{POLICY, file, pull, pulls};
use guerdon_core::evidence::{Evidence, Terms};
use guerdon_core::policy::{Classes, Policy};
use guerdon_core::score::{Slice, score};
use std::collections::BTreeMap;

const GENERATED: &[&str] = &[
    // Locks.
    "Cargo.lock",
    "fuzz/Cargo.lock",
    "yarn.lock",
    "bun.lockb",
    "Gemfile.lock",
    "poetry.lock",
    "uv.lock",
    "gradle.lockfile",
    "ios/Podfile.lock",
    "Package.resolved",
    "package-lock.json",
    "web/package-lock.json",
    "src/App/packages.lock.json",
    "pnpm-lock.yaml",
    "infra/.terraform.lock.hcl",
    "go.sum",
    "tools/go.sum",
    ".pnp.cjs",
    // Vendored.
    "vendor/github.com/pkg/errors/errors.go",
    "src/third_party/zlib/inflate.c",
    "3rdparty/fmt/format.cc",
    "Pods/AFNetworking/AFNetworking.m",
    "Carthage/Build/iOS/Alamofire.swift",
    "Godeps/_workspace/src/x/x.go",
    "node_modules/left-pad/index.js",
    "docs/node_modules/a/README.md",
    "app/bower_components/angular/angular.js",
    ".yarn/releases/yarn-4.1.0.cjs",
    "public/js/jquery.js",
    "public/js/jquery-3.7.1.js",
    "public/js/jquery.validate.js",
    "assets/modernizr.custom.js",
    "assets/d3.v3.js",
    "css/normalize.css",
    "gradlew",
    "android/gradlew.bat",
    "mvnw",
    "gradle/wrapper/gradle-wrapper.properties",
    ".mvn/wrapper/MavenWrapperDownloader.java",
    "configure",
    "build-aux/config.guess",
    "m4/libtool.m4",
    // Built.
    "dist/index.js",
    "packages/core/dist/index.d.ts",
    "packages/core/dist/index.mjs",
    "docs/_site/index.html",
    "static/app.min.js",
    "static/app-min.css",
    "docs/search.min.js",
    "static/main.bundle.js",
    "static/vendors.chunk.js",
    "static/app.js.map",
    "tsconfig.tsbuildinfo",
    "lib/libfoo.so",
    "app/pkg.wasm",
    // Generators.
    "api/v1/service.pb.go",
    "api/v1/service.pb.gw.go",
    "src/proto/service.pb.rs",
    "lib/user.pbgrpc.dart",
    "lib/user.freezed.dart",
    "proto/service_pb2.py",
    "proto/service_pb2_grpc.pyi",
    "proto/service_grpc_pb.js",
    "proto/service_pb.d.ts",
    "Proto/Service.pbobjc.m",
    "src/main/java/a/HelloOuterClass.java",
    "src/main/java/a/HelloGrpc.java",
    "gen-py/shared/ttypes.py",
    "src/schema.generated.ts",
    "src/query.gen.go",
    "src/monster_generated.h",
    "api/zz_generated.deepcopy.go",
    "src/__generated__/Query.ts",
    "src/generated/schema.rs",
    "Forms/Main.Designer.cs",
    "Views/Page.g.i.cs",
    "Specs/Login.feature.cs",
    "db/users.sql.go",
    "internal/bindata.go",
    "src/grammar.tab.c",
    "src/lex.yy.c",
    "parser/Expr.interp",
    "App.xcodeproj/project.pbxproj",
    "App/Base.lproj/Main.storyboard",
    "src/precomputed_ecmult.c",
    "man/plot.Rd",
    "sorbet/rbi/gems/rails@7.rbi",
    "Assets/Scenes/Main.unity",
    "Assets/Scripts/Player.cs.meta",
    "notebooks/analysis.ipynb",
    "docs/tutorial.ipynb",
    // Recorded, data.
    "src/__snapshots__/App.test.tsx.snap",
    "tests/snapshots/cli__help.snap",
    "src/__snapshots__/view.txt",
    "spec/fixtures/vcr_cassettes/login.yml",
    "test/cassettes/user/show.yml",
    "tests/fixtures/reply.json",
    "pkg/testdata/big.json",
    "src/test/data/script_tests.json",
    "test/functional/data/rpc_bip67.json",
    "spec/data/sample.yml",
    "tests/cli/help.stdout",
    "tests/replies/one.json",
    "src/wycheproof/ecdsa_secp256k1_test.json",
    "pkg/printer/out.golden",
    "data/prices.csv",
    "docs/table.csv",
    "tests/certs/server.pem",
    // Translations.
    "po/de.po",
    "locale/messages.pot",
    "src/qt/locale/bitcoin_de.ts",
    "src/locales/fr/common.json",
    "config/locales/de.yml",
    "src/main/resources/messages_de.properties",
    "src/main/resources/i18n/labels_fr.properties",
    "app/src/main/res/values-de/strings.xml",
    "App/de.lproj/Localizable.strings",
    // Licences and binaries.
    "LICENSE",
    "LICENSE-MIT",
    "lib/COPYING.LESSER",
    "LICENSES/GPL-3.0.txt",
    "logo.svg",
    "docs/images/flow.png",
    "docs/flow.excalidraw",
    "fonts/Inter.woff2",
    "sounds/bell.ogg",
    "release/pkg.tar.gz",
];

const TESTS: &[&str] = &[
    "tests/cli.rs",
    "test/unit/parser.js",
    "src/test/java/a/ParserChecks.java",
    "src/test/script_tests.cpp",
    "test/functional/wallet_basic.py",
    "spec/models/user_spec.rb",
    "spec/support/login.rb",
    "src/__tests__/App.tsx",
    "e2e/login.ts",
    "cypress/support/commands.js",
    "app/src/androidTest/java/a/LoginTest.kt",
    "pkg/testdata/broken.go",
    "tests/fixtures/app.rs",
    "fuzz/fuzz_targets/parse.rs",
    "src/fuzz/parse.c",
    "specs/login.ts",
    "integration_tests/run.py",
    "Acme.Core.Tests/Parsing.cs",
    "crates/parser-tests/src/lib.rs",
    "pkg/parser/parser_test.go",
    "src/app.test.tsx",
    "src/app.spec.ts",
    "lib/parser_tests.rs",
    "src/parser-test.js",
    "lib/test_parser.py",
    "src/tests.rs",
    "pkg/conftest.py",
    "src/main/java/a/ParserTest.java",
    "Sources/ParserTests.swift",
    "core/src/ParserSpec.scala",
    "contracts/Vault.t.sol",
    "features/login.feature",
    "scripts/install.bats",
    "docs/tests/check.py",
    "docs/test_links.py",
    "tests/README.md",
    "tests/Makefile",
    "src/test/CMakeLists.txt",
];

const CONFIG: &[&str] = &[
    ".github/workflows/ci.yml",
    ".github/CODEOWNERS",
    ".github/scripts/label.py",
    ".storybook/main.ts",
    ".gitignore",
    ".eslintrc.js",
    "web/.env.example",
    "Cargo.toml",
    "package.json",
    "src/data/list.json",
    "tsconfig.base.json",
    "pom.xml",
    "docs/mkdocs.yml",
    "docs/requirements.txt",
    "cmake/FindFoo.cmake",
    "src/Makefile.am",
    "configure.ac",
    "src/config.h.in",
    "build.gradle",
    "app/build.gradle.kts",
    "flake.nix",
    "rules/defs.bzl",
    "App/App.csproj",
    "App.sln",
    "src/bitcoin.qrc",
    "src/qt/forms/debugwindow.ui",
    "debian/patches/fix.patch",
    "systemd/app.service",
    "webpack.config.js",
    "vite.config.mts",
    "Makefile",
    "docs/Makefile",
    "Dockerfile.alpine",
    "CMakeLists.txt",
    "Gemfile",
    "src/core/BUILD",
    "meson.build",
    "go.mod",
    "setup.py",
    "requirements-dev.txt",
    "requirements/base.txt",
    "ci/run.sh",
    "depends/packages/boost.sh",
];

const DOCS: &[&str] = &[
    "README.md",
    "README",
    "CHANGELOG.md",
    "NEWS",
    "docs/guide.md",
    ".changeset/brave-cats.md",
    "docs/api/index.rst",
    "doc/release-notes/release-notes-0.21.txt",
    "src/wallet/README.md",
    "site/content/post.mdx",
    "manual/intro.adoc",
    "man/app.1",
    "doc/paper.tex",
    "docs/index.html",
    "docs/flow.mmd",
    "notes.org",
    "lib/Foo.pod",
    "CONTRIBUTING.md",
    "notes/testing.md",
    "latest.txt",
    "contest/rules.md",
];

const SOURCE: &[&str] = &[
    "src/main.rs",
    "lib.rs",
    "cmd/server/main.go",
    "src/App.tsx",
    "include/parser.hpp",
    "contracts/Vault.sol",
    "db/migrations/0001.sql",
    "web/index.html",
    "styles/site.css",
    "scripts/release.sh",
    "build/steps.py",
    "src/external/api.ts",
    "src/bootstrap.js",
    "src/i18n/index.ts",
    "src/locale/format.ts",
    // A folder of documentation moves no source into its slice.
    "docs/conf.py",
    "docs/examples/client.rs",
    "doc/hidden.c",
    "documentation/src/engine.ts",
    "docs/md/parser.go",
    "docs/.vitepress/theme/Hero.vue",
    "src/docs.rs",
    "src/readme.rs",
    "src/README.rs",
    "src/CHANGELOG.go",
    // Words that only begin or end like a class.
    "src/attest.rs",
    "src/contest/latest.rs",
    "src/testimony.rs",
    "src/protest/sign.go",
    "src/vendored.rs",
    "src/vendoring/mod.rs",
    "src/distance.js",
    "src/dist.rs",
    "internal/dist/publish.go",
    "crates/evm/fuzz/src/corpus.rs",
    "crates/rpc/spec/src/lib.rs",
    "src/generated.rs",
    "src/regenerated/cells.rs",
    "src/min.js",
    "src/admin.js",
    "src/license.rs",
    "src/lockfile.rs",
    "src/config.rs",
    "src/specification.rs",
    "src/inspect.ts",
    "src/fixture.rs",
    "src/golden.rs",
    "src/map.ts",
    "infra/main.tf",
    "src/query.graphql",
    "proto/service.proto",
    "src/grammar.y",
];

fn all() -> Vec<(&'static str, &'static str)> {
    [("generated", GENERATED), ("tests", TESTS), ("config", CONFIG), ("docs", DOCS), ("source", SOURCE)]
        .into_iter()
        .flat_map(|(class, paths)| paths.iter().map(move |path| (*path, class)))
        .collect()
}

/// One pull request of 100 lines a path; where its lines end up is its class.
fn classes(policy: &Policy, paths: &[(&'static str, &'static str)]) -> BTreeMap<&'static str, &'static str> {
    let facts = pulls(paths.iter().zip(1..).map(|((path, _), number)| pull(number, 2, vec![file(path, 100, 0)])));
    let mut header = crate::world::header();
    header.terms = Terms { policy: policy.hash().unwrap(), ..header.terms };
    let evidence = Evidence::new(header, crate::world::opening(), facts).unwrap();
    let out = score(&evidence, policy).unwrap();
    let mut found: BTreeMap<_, _> = paths.iter().map(|(path, _)| (*path, "generated")).collect();
    for item in out.items {
        let path = paths[usize::try_from(item.fact.number()).unwrap() - 1].0;
        let size = &policy.size;
        let class = match item.slice {
            Slice::Code if item.lines == 100 * size.source => "source",
            Slice::Code if item.lines == 100 * size.config => "config",
            Slice::Tests if item.lines == 100 * size.tests => "tests",
            Slice::Docs if item.lines == 100 * size.docs => "docs",
            other => panic!("{path}: {} lines in {other:?}", item.lines),
        };
        assert_eq!(found.insert(path, class), Some("generated"), "{path} is in two classes");
    }
    found
}

#[test]
fn a_path_has_one_class() {
    let all = all();
    assert!(all.len() >= 200, "{}", all.len());
    let found = classes(&crate::world::policy(), &all);
    assert_eq!(found.len(), all.len(), "a path stands there twice");
    let wrong: Vec<_> = all.iter().filter(|(path, class)| found[path] != *class).collect();
    let said: Vec<_> = wrong.iter().map(|(path, class)| format!("{path}: {} and not {class}", found[path])).collect();
    assert!(wrong.is_empty(), "{}", said.join("\n"));
}

#[test]
fn every_path_pattern_decides_a_path() {
    let all = all();
    let policy = crate::world::policy();
    let classes = |policy: &Policy| {
        let classes = Classes::new(&policy.paths).unwrap();
        all.iter().map(|(path, _)| classes.of(path)).collect::<Vec<_>>()
    };
    let before = classes(&policy);
    let mut idle = Vec::new();
    let lists: [fn(&mut Policy) -> &mut Vec<String>; 4] = [
        |policy| &mut policy.paths.generated,
        |policy| &mut policy.paths.tests,
        |policy| &mut policy.paths.config,
        |policy| &mut policy.paths.docs,
    ];
    for list in lists {
        for at in 0..list(&mut policy.clone()).len() {
            let mut without = policy.clone();
            let pattern = list(&mut without).remove(at);
            if classes(&without) == before {
                idle.push(pattern);
            }
        }
    }
    assert!(idle.is_empty(), "no path of the table needs:\n{}", idle.join("\n"));
}

fn refused(patterns: &[&str]) -> String {
    let start = POLICY.find("generated = [").unwrap() + "generated = [".len();
    let added: String = patterns.iter().map(|pattern| format!("'{pattern}', ")).collect();
    let text = format!("{}{added}{}", &POLICY[..start], &POLICY[start..]);
    Policy::from_toml(&text).unwrap_err().to_string()
}

#[test]
fn a_pattern_that_decides_nothing_is_refused() {
    for (patterns, idle, by) in [
        (&["**/*.zig", "**/*.zig"][..], "\"**/*.zig\"", "**/*.zig"),
        (&["**/*.{zig,d}", "**/*.d"], "\"**/*.d\"", "**/*.{zig,d}"),
        (&["**/src/**", "**/src/*.zig"], "\"**/src/*.zig\"", "**/src/**"),
        (&["**/*.zig", "cmd/**/main.zig"], "\"cmd/**/main.zig\"", "**/*.zig"),
        (&["lib/*", "lib/[a-z].zig"], "\"lib/[a-z].zig\"", "lib/*"),
        (&["**/*.zig", "**/a.{d,zig}"], "\"**/a.zig\" of \"**/a.{d,zig}\"", "**/*.zig"),
    ] {
        let said = refused(patterns);
        assert!(said.contains(&format!("`paths.generated`: {idle} never decides")), "{said}");
        assert!(said.contains(&format!("already has {by:?}: delete it")), "{said}");
    }
    // A later list is tried later.
    assert!(
        refused(&["**/*.bats", "**/*.feature", "**/*.{t.sol,cy.js,cy.ts,cy.jsx,cy.tsx}"]).contains("`paths.tests`")
    );
    // These only overlap.
    let start = POLICY.find("generated = [").unwrap() + "generated = [".len();
    let text = format!("{}'*/*.zig', '**/a*.zig', '**/*a.zig', 'src/**', {}", &POLICY[..start], &POLICY[start..]);
    Policy::from_toml(&text).unwrap();
}

#[test]
fn a_pattern_that_glob_libraries_read_differently_is_refused() {
    for (pattern, why) in [
        ("", "1 to 256 bytes"),
        ("/src/**", "no leading `/`"),
        ("!src/**", "no leading `/` or `!`"),
        ("src\\lib", "no `\\`"),
        ("src//lib", "relative"),
        ("src/{a,{b,c}}", "braces within braces"),
        ("src/{a,b", "not closed"),
        ("src/a}", "not open"),
        ("src/{a,,b}", "empty alternative"),
        ("src/{,b}", "empty alternative"),
        ("src/{a,}", "empty alternative"),
        ("src/[ab", "not closed"),
        ("src/[]", "empty brackets"),
        ("src/[!a]", "excludes"),
        ("src/[^a]", "excludes"),
        ("src/[[a]]", "brackets within"),
        ("src/[a,b]", "within brackets"),
        ("src**", "whole folders"),
        ("**.rs", "whole folders"),
        ("a/{**,b}x", "whole folders"),
    ] {
        let said = refused(&[pattern]);
        assert!(said.contains("`paths.generated.0`") && said.contains(why), "{pattern}: {said}");
    }
    assert!(refused(&[&"a".repeat(257)]).contains("1 to 256 bytes"));
}
