"""Wagtail's users app, with pages limited to staff (see `cms.staff`)."""

from wagtail.users.apps import WagtailUsersAppConfig


class StaffUsersConfig(WagtailUsersAppConfig):
    """Wagtail's users app with our own viewset."""

    user_viewset = "cms.staff.StaffViewSet"
