"""What a shop is called, what its terms are and when somebody is there."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Shop(models.Model):
    """The one shop this portal serves: a single row, read through `services.current`."""

    name_ja = models.CharField(_("name (Japanese)"), max_length=80, default="窓口")
    name_en = models.CharField(_("name (English)"), max_length=80, default="Madoguchi")
    company_ja = models.CharField(max_length=120, blank=True)
    company_en = models.CharField(max_length=120, blank=True)
    address_ja = models.CharField(max_length=200, blank=True)
    address_en = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=30, blank=True)
    # 適格請求書発行事業者登録番号: T and 13 digits, on every receipt since October 2023.
    invoice_number = models.CharField(max_length=14, blank=True)
    country = models.CharField(max_length=2, default="JP")
    currency = models.CharField(max_length=3, default="JPY")
    # Terms, in the currency's minor units and in days.
    shipping_fee = models.PositiveIntegerField(default=600)
    free_shipping_from = models.PositiveIntegerField(null=True, blank=True, default=5500)
    return_days = models.PositiveSmallIntegerField(default=14)
    # Hours, counted while open, within which a question gets its first answer.
    reply_hours = models.PositiveSmallIntegerField(default=4)

    class Meta:
        verbose_name = verbose_name_plural = _("shop")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="one_shop")]

    def __str__(self) -> str:
        return self.name

    def _in_language(self, field: str) -> str:
        japanese = (get_language() or "ja").startswith("ja")
        first, second = ("ja", "en") if japanese else ("en", "ja")
        return getattr(self, f"{field}_{first}") or getattr(self, f"{field}_{second}")

    @property
    def name(self) -> str:
        """The shop's name in the language of the moment."""
        return self._in_language("name")

    @property
    def company(self) -> str:
        """The company behind the shop in the language of the moment."""
        return self._in_language("company")

    @property
    def address(self) -> str:
        """The postal address in the language of the moment."""
        return self._in_language("address")


class OpeningHours(models.Model):
    """From when to when somebody answers on a weekday, in the shop's time zone."""

    # ISO 8601: Monday is 1.
    weekday = models.PositiveSmallIntegerField(choices=[(n, str(n)) for n in range(1, 8)])
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        verbose_name = verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")), name="closes_after_opening"
            ),
            models.UniqueConstraint(fields=["weekday", "opens"], name="hours_once"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


class Closure(models.Model):
    """A day the shop is closed besides public holidays, or open although it is one."""

    day = models.DateField(unique=True)
    open = models.BooleanField(default=False, help_text=_("open although it is a holiday"))
    note_ja = models.CharField(max_length=80, blank=True)
    note_en = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}"
