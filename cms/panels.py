"""Form panels of our own for Wagtail's admin."""

import json
from collections.abc import Mapping
from typing import Any

from wagtail.admin.panels import FieldPanel


class CountedPanel(FieldPanel):
    """A text field that shows how long its text is, beside how long it had better be.

    ``limits`` gives the advised length in characters by language; static/cms/admin/count.js counts.
    """

    def __init__(self, field_name: str, *, limits: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(field_name, **kwargs)
        self.limits = limits

    def clone_kwargs(self) -> dict[str, Any]:
        """Tell Wagtail how to copy the panel."""
        return super().clone_kwargs() | {"limits": self.limits}

    def get_form_options(self) -> dict[str, Any]:
        """Put the limits on the form field's element."""
        options = super().get_form_options()
        widgets = options.setdefault("widgets", {})
        widget = widgets.get(self.field_name) or self._default_widget()
        widget.attrs["data-count-limits"] = json.dumps(self.limits)
        widgets[self.field_name] = widget
        return options

    def _default_widget(self) -> Any:
        from wagtail.admin.widgets import AdminAutoHeightTextInput

        return AdminAutoHeightTextInput()
