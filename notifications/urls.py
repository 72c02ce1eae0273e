"""URLs of this room, below the language."""

from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("inbox/", views.inbox_page, name="inbox"),
    path("inbox/bell/", views.bell, name="bell"),
    path("inbox/read/", views.read_all, name="read_all"),
    path("inbox/<int:pk>/", views.open_one, name="open"),
    path("settings/notifications/", views.preferences_page, name="preferences"),
    path("notifications/stop/<str:token>/", views.stop, name="stop"),
]
