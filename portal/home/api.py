"""The HTTP interface for other systems, /api/v1/: rooms bring their routers."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI

from orders.feed.api import router as orders
from portal import limits
from portal.home.contacts import router as contacts

api = NinjaAPI(
    title="Madoguchi",
    version="1",
    description="For the shop's own systems. Requests are signed per Standard Webhooks.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api-1",
)
api.add_router("", orders)
api.add_router("", contacts)


@api.exception_handler(limits.TooMany)
def too_many(request: HttpRequest, error: limits.TooMany) -> HttpResponse:
    """Answer 429 with when to try again."""
    response = JsonResponse({"errors": [{"pointer": "", "detail": "too many"}]}, status=429)
    response["Retry-After"] = str(error.retry_after)
    return response
