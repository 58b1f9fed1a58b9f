"""The product's settings, with the addresses that the benchmark adds."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
ALLOWED_HOSTS = ["*"]  # a load asks each time under another name, so that no kept answer serves it
