"""URLs of this room, below the language."""

from django.urls import path

from notifications import views

urlpatterns = [
    path("inbox/", views.inbox_page, name="notifications_inbox"),
    path("inbox/bell/", views.bell, name="notifications_bell"),
    path("inbox/read/", views.read_all, name="notifications_read_all"),
    path("inbox/<int:pk>/", views.open_one, name="notifications_open"),
    path("settings/notifications/", views.settings_page, name="notifications_settings"),
    path("notifications/stop/<str:token>/", views.stop, name="notifications_stop"),
]
