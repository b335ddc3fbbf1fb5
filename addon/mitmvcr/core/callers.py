"""The requests that programs make by themselves: one table, each row with its source.

Only the narrowest URL is here, so that nothing which a user could want to record is
lost; where the same URL may be wanted too (``is_recorded``) a recording keeps it.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from mitmvcr.core.registries import registries


class Preset(StrEnum):
    """The names by which a user chooses what is passed over."""

    PACKAGES = "packages"
    TELEMETRY = "telemetry"


class HomeCall(NamedTuple):
    """``path`` is what the path begins with, and ends with behind a star; ``source`` a
    file of the program, from
    which it is."""

    host: str
    path: str
    who: str
    source: str
    is_recorded: bool = False
    preset: Preset = Preset.TELEMETRY


_PACKAGES = Preset.PACKAGES
_PREFS = "mozilla/gecko-dev: modules/libpref/init/all.js, browser/app/profile"

HOME_CALLS: Sequence[HomeCall] = (
    HomeCall(
        "dl.deno.land",
        "/release-latest.txt",
        "Deno's update check",
        "denoland/deno: cli/tools/upgrade.rs (DENO_NO_UPDATE_CHECK)",
    ),
    HomeCall(
        "dl.deno.land",
        "/canary-latest.txt",
        "Deno's update check",
        "denoland/deno: cli/tools/upgrade.rs (DENO_NO_UPDATE_CHECK)",
    ),
    HomeCall(
        "packages.httpie.io",
        "/latest.json",
        "httpie's update check",
        "httpie/cli: httpie/internal/update_warnings.py",
    ),
    HomeCall(
        "registry.npmjs.org",
        "/npm",
        "npm's update check",
        "npm/cli: lib/cli/update-notifier.js",
        is_recorded=True,
    ),
    HomeCall(
        "registry.npmjs.org",
        "/-/npm/v1/security/advisories/bulk",
        "npm's audit",
        "npm/cli: workspaces/arborist/lib/audit-report.js",
        is_recorded=True,
    ),
    HomeCall(
        "pypi.org",
        "/simple/pip/",
        "pip's update check",
        "pypa/pip: src/pip/_internal/self_outdated_check.py",
        is_recorded=True,
    ),
    HomeCall(
        "telemetry.nextjs.org",
        "/",
        "Next.js' telemetry",
        "vercel/next.js: packages/next/src/telemetry/post-telemetry-payload.ts",
    ),
    HomeCall(
        "telemetry.astro.build",
        "/",
        "Astro's telemetry",
        "withastro/astro: packages/telemetry/src/post.ts",
    ),
    HomeCall(
        "storybook.js.org",
        "/event-log",
        "Storybook's telemetry",
        "storybookjs/storybook: code/core/src/telemetry/telemetry.ts",
    ),
    HomeCall(
        "checkpoint.prisma.io",
        "/",
        "Prisma's update check",
        "prisma/prisma: packages/cli/src/utils/checkpoint.ts",
    ),
    HomeCall(
        "checkpoint-api.hashicorp.com",
        "/v1/telemetry",
        "HashiCorp's telemetry",
        "hashicorp/go-checkpoint: telemetry.go",
    ),
    HomeCall(
        "checkpoint-api.hashicorp.com",
        "/v1/check/",
        "HashiCorp's update check",
        "hashicorp/go-checkpoint: check.go",
        is_recorded=True,
    ),
    HomeCall(
        "cli.cdk.dev-tools.aws.dev",
        "/notices.json",
        "the AWS CDK's notices",
        "aws/aws-cdk-cli: packages/aws-cdk/lib/notices.ts",
    ),
    HomeCall(
        "aws-serverless-tools-telemetry.us-west-2.amazonaws.com",
        "/metrics",
        "AWS SAM's telemetry",
        "aws/aws-sam-cli: samcli/settings/__init__.py",
    ),
    HomeCall(
        "api.gradio.app",
        "/pkg-version",
        "Gradio's update check",
        "gradio-app/gradio: gradio/analytics.py",
    ),
    HomeCall(
        "api.gradio.app",
        "/gradio-",
        "Gradio's analytics",
        "gradio-app/gradio: gradio/analytics.py",
    ),
    HomeCall(
        "huggingface.co",
        "/api/telemetry/",
        "Hugging Face's telemetry",
        "huggingface/huggingface_hub: src/huggingface_hub/utils/_telemetry.py",
    ),
    HomeCall(
        "config.mlflow-telemetry.io",
        "/",
        "MLflow's telemetry",
        "mlflow/mlflow: mlflow/telemetry/constant.py",
    ),
    HomeCall(
        "usage-stats.ray.io",
        "/",
        "Ray's usage statistics",
        "ray-project/ray: python/ray/_common/usage/usage_lib.py",
    ),
    HomeCall(
        "telemetry.dagster.io",
        "/actions",
        "Dagster's telemetry",
        "dagster-io/dagster: python_modules/dagster/dagster/_core/telemetry_upload.py",
    ),
    HomeCall(
        "sens-o-matic.prefect.io",
        "/",
        "Prefect's telemetry",
        "PrefectHQ/prefect: src/prefect/server/services/telemetry.py",
    ),
    HomeCall(
        "fishtownanalytics.sinter-collect.com",
        "/com.snowplowanalytics.snowplow/",
        "dbt's statistics",
        "dbt-labs/dbt-core: core/dbt/tracking.py",
    ),
    HomeCall(
        "packages.unstructured.io",
        "/python-telemetry",
        "Unstructured's telemetry",
        "Unstructured-IO/unstructured: unstructured/telemetry.py",
    ),
    HomeCall(
        "t.bentoml.com",
        "/",
        "BentoML's usage statistics",
        "bentoml/BentoML: src/bentoml/_internal/utils/analytics/usage_stats.py",
    ),
    HomeCall(
        "iterative-telemetry.herokuapp.com",
        "/api/v1/s2s/event",
        "DVC's telemetry",
        "iterative/telemetry-python: src/iterative_telemetry/__init__.py",
    ),
    HomeCall(
        "telemetry.nuxt.com",
        "/",
        "Nuxt's telemetry",
        "nuxt/telemetry: src/module.ts",
    ),
    HomeCall(
        "analytics.strapi.io",
        "/",
        "Strapi's telemetry",
        "strapi/strapi: packages/core/core/src/services/metrics/sender.ts",
    ),
    HomeCall(
        "telemetry.medusa-commerce.com",
        "/batch",
        "Medusa's telemetry",
        "medusajs/medusa: packages/medusa-telemetry/src/util/telemetry-dispatcher.js",
    ),
    HomeCall(
        "telemetry.redwoodjs.com",
        "/api/v1/telemetry",
        "RedwoodJS' telemetry",
        "redwoodjs/graphql: packages/telemetry/src/sendTelemetry.ts",
    ),
    HomeCall(
        "sparrow.cloudflare.com",
        "/",
        "Wrangler's telemetry",
        "cloudflare/workers-sdk: packages/wrangler/src/metrics/metrics-dispatcher.ts",
    ),
    HomeCall(
        "telemetry.crewai.com",
        "/",
        "CrewAI's telemetry",
        "crewAIInc/crewAI: lib/crewai/src/crewai/telemetry/constants.py",
    ),
    HomeCall(
        "telemetry.go.dev",
        "/upload/",
        "Go's telemetry",
        "golang/telemetry: internal/upload/run.go",
    ),
    *(
        HomeCall(host, path, "Chromium's own request", f"chromium/src: {source}")
        for host, path, source in (
            (
                "update.googleapis.com",
                "/service/update2",
                "components/component_updater/component_updater_url_constants.cc",
            ),
            (
                "accounts.google.com",
                "/ListAccounts",
                "google_apis/gaia/gaia_urls.cc",
            ),
            (
                "clients2.google.com",
                "/time/1/current",
                "components/network_time/network_time_tracker.cc",
            ),
            (
                "clients2.google.com",
                "/service/update2",
                "extensions/common/extension_urls.cc",
            ),
            (
                "clientservices.googleapis.com",
                "/chrome-variations/",
                "components/variations/variations_url_constants.cc",
            ),
            (
                "content-autofill.googleapis.com",
                "/v1/pages",
                "components/autofill/core/browser/crowdsourcing",
            ),
            (
                "optimizationguide-pa.googleapis.com",
                "/",
                "components/optimization_guide/core/optimization_guide_constants.cc",
            ),
            (
                "safebrowsing.googleapis.com",
                "/v4/threatListUpdates",
                "components/safe_browsing/core/browser/db/v4_update_protocol_manager.cc",
            ),
            (
                "android.clients.google.com",
                "/checkin",
                "google_apis/gcm/engine/gservices_settings.cc",
            ),
            (
                "android.clients.google.com",
                "/c2dm/register3",
                "google_apis/gcm/engine/gservices_settings.cc",
            ),
            (
                "edgedl.me.gvt1.com",
                "/edgedl/",
                "components/component_updater (where its updates lie)",
            ),
            (
                "redirector.gvt1.com",
                "/edgedl/",
                "components/component_updater (where its updates lie)",
            ),
        )
    ),
    HomeCall(
        "yarnpkg.com",
        "/latest-version",
        "Yarn's update check",
        "yarnpkg/yarn: src/constants.js",
    ),
    HomeCall(
        "getcomposer.org",
        "/versions",
        "Composer's update check",
        "composer/composer: src/Composer/SelfUpdate/Versions.php",
    ),
    HomeCall(
        "raw.githubusercontent.com",
        "/BerriAI/litellm/main/model_prices_and_context_window.json",
        "litellm's prices, as it is imported",
        "BerriAI/litellm: litellm/litellm_core_utils/get_model_cost_map.py",
        is_recorded=True,
    ),
    HomeCall(
        "pypi.org",
        "/pypi/weaviate-client/json",
        "the update check of Weaviate's client",
        "weaviate/weaviate-python-client: weaviate/connect/v4.py",
        is_recorded=True,
    ),
    HomeCall(
        "8.8.8.8",
        "/resolve",
        "OSMnx's look-up of a name",
        "gboeing/osmnx: osmnx/_http.py",
        is_recorded=True,
    ),
    *(
        HomeCall(host, path, f"the package registry {who}", source, False, _PACKAGES)
        for host, path, who, source in registries()
    ),
    *(
        HomeCall(host, "/", "Firefox's own request", _PREFS)
        for host in (
            "detectportal.firefox.com",
            "incoming.telemetry.mozilla.org",
            "firefox.settings.services.mozilla.com",
            "firefox-settings-attachments.cdn.mozilla.net",
            "content-signature-2.cdn.mozilla.net",
            "push.services.mozilla.com",
            "aus5.mozilla.org",
            "normandy.cdn.mozilla.net",
            "location.services.mozilla.com",
        )
    ),
)
