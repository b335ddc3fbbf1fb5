"""Where package managers fetch from, by the narrowest URLs that they ask for.

A registry's web page and its API for people (``pypi.org/pypi/NAME/json``) are not here:
a program may be about them. The files that name these hosts are the package managers'.
"""

from collections.abc import Iterator, Sequence

_ALL = ("/",)
_NPM = "npm/cli: workspaces/config/lib/definitions/definitions.js"
_GO = "golang/go: src/cmd/go/internal/cfg/cfg.go"
_CARGO = "rust-lang/cargo: src/cargo/sources/registry/mod.rs"
_MAVEN = "apache/maven: maven-model-builder/src/main/resources/org/apache/maven/model"
_GRADLE = "gradle/gradle: platforms/software/plugin-use"
_GEM = "ruby/rubygems: lib/rubygems/source.rb, bundler/lib/bundler/fetcher"
_DENO = "denoland/deno: cli/args/mod.rs"
_CPAN = "miyagawa/cpanminus: lib/App/cpanminus/script.pm"
_CONDA = "conda/conda: conda/base/constants.py"
_GEM_PATHS = (
    *("/gems/", "/quick/", "/info/", "/versions", "/specs.", "/latest_specs."),
    *("/prerelease_specs.", "/api/v1/dependencies"),
)

#: Host, how the paths begin (and end, behind a star), whose registry it is, and a file
#: that has its name.
_ROWS: Sequence[tuple[str, Sequence[str], str, str]] = (
    ("pypi.org", ("/simple/",), "PyPI", "pypa/pip: src/pip/_internal/models/index.py"),
    (
        "files.pythonhosted.org",
        _ALL,
        "PyPI",
        "pypi/warehouse: docs/user/api/index-api.md",
    ),
    (
        "github.com",
        ("/astral-sh/python-build-standalone/releases/download/",),
        "uv's Pythons",
        "astral-sh/uv: crates/uv-python/src/downloads.rs",
    ),
    ("repo.anaconda.com", ("/pkgs/",), "conda", _CONDA),
    ("conda.anaconda.org", _ALL, "conda", _CONDA),
    ("registry.npmjs.org", _ALL, "npm", _NPM),
    (
        "registry.yarnpkg.com",
        _ALL,
        "Yarn",
        "yarnpkg/berry: packages/yarnpkg-core/sources/Configuration.ts",
    ),
    (
        "nodejs.org",
        ("/dist/", "/download/release/"),
        "Node's headers",
        "nodejs/node-gyp: lib/process-release.js",
    ),
    ("npm.jsr.io", _ALL, "JSR", _DENO),
    ("jsr.io", ("/@",), "JSR", _DENO),
    ("deno.land", ("/x/", "/std"), "Deno's modules", _DENO),
    (
        "cdn.playwright.dev",
        _ALL,
        "Playwright's browsers",
        "microsoft/playwright: packages/playwright-core/src/server/registry/index.ts",
    ),
    ("index.crates.io", _ALL, "crates.io", _CARGO),
    ("static.crates.io", _ALL, "crates.io", _CARGO),
    (
        "static.rust-lang.org",
        ("/dist/", "/rustup/"),
        "Rust's toolchains",
        "rust-lang/rustup: src/dist/mod.rs",
    ),
    ("proxy.golang.org", _ALL, "Go's module proxy", _GO),
    ("sum.golang.org", _ALL, "Go's checksum database", _GO),
    ("repo.maven.apache.org", ("/maven2/",), "Maven Central", _MAVEN),
    ("repo1.maven.org", ("/maven2/",), "Maven Central", _MAVEN),
    ("plugins.gradle.org", ("/m2/",), "Gradle's plugins", _GRADLE),
    ("services.gradle.org", ("/distributions/",), "Gradle", _GRADLE),
    ("dl.google.com", ("/dl/android/maven2/",), "Google's Maven repository", _GRADLE),
    ("index.rubygems.org", _ALL, "RubyGems", _GEM),
    ("rubygems.org", _GEM_PATHS, "RubyGems", _GEM),
    (
        "repo.packagist.org",
        _ALL,
        "Packagist",
        "composer/composer: src/Composer/Config.php",
    ),
    (
        "api.nuget.org",
        ("/v3/", "/v3-flatcontainer/"),
        "NuGet",
        "NuGet/NuGet.Client: src/NuGet.Core/NuGet.Configuration",
    ),
    ("repo.hex.pm", _ALL, "Hex", "hexpm/hex: lib/hex/repo.ex"),
    (
        "pub.dev",
        ("/api/packages/", "/api/archives/"),
        "pub",
        "dart-lang/pub: lib/src/source/hosted.dart",
    ),
    (
        "luarocks.org",
        ("/manifest-", "/*.rock", "/*.rockspec"),
        "LuaRocks",
        "luarocks/luarocks: src/luarocks/core/cfg.lua",
    ),
    ("www.cpan.org", _ALL, "CPAN", _CPAN),
    ("cpan.metacpan.org", _ALL, "CPAN", _CPAN),
    ("cpanmetadb.plackperl.org", _ALL, "CPAN", _CPAN),
    ("cloud.r-project.org", _ALL, "CRAN", "wch/r-source: doc/CRAN_mirrors.csv"),
    (
        "packagemanager.posit.co",
        ("/cran/",),
        "Posit's mirror of CRAN",
        "r-lib/pak: R/package.R",
    ),
    ("pkg.julialang.org", _ALL, "Julia", "JuliaLang/Pkg.jl: src/utils.jl"),
    (
        "cdn.cocoapods.org",
        _ALL,
        "CocoaPods",
        "CocoaPods/Core: lib/cocoapods-core/trunk_source.rb",
    ),
    (
        "bcr.bazel.build",
        _ALL,
        "Bazel's registry",
        "bazelbuild/bazel: src/main/java/com/google/devtools/build/lib/bazel"
        "/BazelRepositoryModule.java",
    ),
    (
        "hackage.haskell.org",
        ("/01-index", "/package/", "/timestamp.json", "/snapshot.json"),
        "Hackage",
        "haskell/cabal: cabal-install/src/Distribution/Client/Config.hs",
    ),
)


def registries() -> Iterator[tuple[str, str, str, str]]:
    """Yield the host, how a path begins, whose registry it is, and the source."""
    for host, paths, who, source in _ROWS:
        for path in paths:
            yield host, path, who, source
