"""How gunicorn serves: `gunicorn --config config/gunicorn.py config.wsgi`."""

import os

bind = f"127.0.0.1:{os.environ.get('PORT') or 8000}"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 4
preload_app = True  # import once, then fork
limit_request_line = 8190  # a client of ACLED names every country of the world in one question
forwarded_allow_ips = ""  # whether to believe a proxy is the settings' TRUST_X_FORWARDED_PROTO
control_socket_disable = True  # it would write to the home folder


def when_ready(server):
    print(
        f"\nBasewatch is at http://{bind}/ (stop it with Ctrl-C).\n"
        "To sign in at /admin/, make a user in another terminal:\n"
        "    .venv/bin/python manage.py createsuperuser\n",
        flush=True,
    )
