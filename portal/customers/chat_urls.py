"""The JSON forms of the chat; no language prefix (DESIGN §8)."""

from django.urls import path

from portal.customers import chat_proof

urlpatterns = [
    path("code/", chat_proof.request_code),
    path("code/confirm/", chat_proof.confirm_code),
]
