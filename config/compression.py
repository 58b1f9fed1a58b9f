"""Answers are compressed for whoever can read them so, but for what is packed already."""

from django.middleware.gzip import GZipMiddleware

PACKED = ("application/vnd.openxmlformats", "font/", "image/png")


class Compression(GZipMiddleware):
    def process_response(self, request, response):
        if response.get("Content-Type", "").startswith(PACKED):
            return response
        return super().process_response(request, response)
