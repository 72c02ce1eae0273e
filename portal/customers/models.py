"""Customers, their proven addresses, and the one history of touchpoints."""

from typing import Any, ClassVar

from django.contrib.auth.models import (
    AbstractBaseUser,
    AnonymousUser,
    BaseUserManager,
    PermissionsMixin,
)
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.customers import addresses
from portal.customers.kinds import Channel, Direction, Stage


class CustomerManager(BaseUserManager["Customer"]):
    """Makes customers and staff."""

    def create_user(
        self, email: str | None, password: str | None = None, **fields: Any
    ) -> "Customer":
        """Create a customer; without a password one signs in by code."""
        customer = self.model(email=addresses.fold_email(email) if email else None, **fields)
        customer.set_password(password) if password else customer.set_unusable_password()
        customer.save(using=self._db)
        return customer

    def create_superuser(
        self, email: str, password: str | None = None, **fields: Any
    ) -> "Customer":
        """Create someone who may do everything."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "Customer":
        """Return the customer with this e-mail, however it is written."""
        return self.get(email=addresses.fold_email(username or ""))


class Customer(AbstractBaseUser, PermissionsMixin):
    """A person outside whom we know by a proven identity or an order; also whoever is staff."""

    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    kana = models.CharField(_("name in kana"), max_length=120, blank=True)
    language = models.CharField(
        _("language"), max_length=2, choices=[("ja", "日本語"), ("en", "English")], default="ja"
    )
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("known since"), default=timezone.now)

    objects: ClassVar[CustomerManager] = CustomerManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.name or self.email or f"#{self.pk}"

    def get_full_name(self) -> str:
        """Return the name, or the address where no name is known (Wagtail shows this)."""
        return str(self)

    get_short_name = get_full_name


class Identity(models.Model):
    """An address of a customer; it counts for nothing until ``verified_at`` is set."""

    class Kind(models.TextChoices):
        """What sort of address it is."""

        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("phone")
        LINE = "line", _("LINE")
        VISITOR = "visitor", _("browser")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=254)
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("proven address")
        verbose_name_plural = _("proven addresses")
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="identity_once")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class PendingCode(models.Model):
    """A code mailed from the chat, waiting to be typed in; it hangs on the visitor (DESIGN §8)."""

    visitor = models.CharField(max_length=64, unique=True)
    email = models.EmailField(max_length=254)
    # A keyed hash: whoever reads the table learns no code.
    code = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"pending code #{self.pk}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Questions about what was agreed to."""

    def of(self, customer: Customer) -> "ConsentQuerySet":
        """Return everything ``customer`` ever agreed to or took back, newest first."""
        return self.filter(customer=customer).order_by("-at", "-id")


class Consent(models.Model):
    """A yes or no to a purpose, with its wording, time and place. Append-only; the newest holds."""

    class Purpose(models.TextChoices):
        """What one may agree to; all of it is off until then."""

        NEWS = "news", _("News and offers by e-mail")
        SURVEYS = "surveys", _("Short surveys about how we did")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose.choices)
    given = models.BooleanField()
    # The sentence as it stood beside the box, in the language it was read in.
    wording = models.TextField()
    channel = models.CharField(max_length=10, choices=Channel.choices)
    place = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["customer", "purpose", "-at"], name="consent_in_force")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.given} #{self.pk}"


class TouchpointQuerySet(models.QuerySet["Touchpoint"]):
    """Questions about what happened."""

    def of(self, customer: Customer) -> "TouchpointQuerySet":
        """Return everything that happened with ``customer``, internal things too."""
        return self.filter(customer=customer)

    def visible_to(self, person: Customer | AnonymousUser) -> "TouchpointQuerySet":
        """Return what ``person`` may see of the own history."""
        if not isinstance(person, Customer):
            return self.none()
        return self.filter(customer=person, visible=True)

    def unannounced(self) -> "TouchpointQuerySet":
        """Return what the listeners have not been told yet."""
        return self.filter(announced_at__isnull=True)


class Touchpoint(models.Model):
    """One thing that happened between us. Append-only; a proof fills in the customer once."""

    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.CASCADE, related_name="touchpoints"
    )
    visitor = models.CharField(max_length=64, blank=True)
    kind = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    stage = models.CharField(max_length=13, choices=Stage.choices)
    visible = models.BooleanField(default=True)
    about_type = models.ForeignKey(ContentType, null=True, blank=True, on_delete=models.SET_NULL)
    about_id = models.BigIntegerField(null=True, blank=True)
    about = GenericForeignKey("about_type", "about_id")
    data = models.JSONField(default=dict, blank=True)
    actor = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    happened_at = models.DateTimeField(default=timezone.now)
    announced_at = models.DateTimeField(null=True, blank=True)
    # What another system told us has the hash of its id there, so that it counts once.
    outside_id = models.CharField(max_length=64, null=True, blank=True)

    objects = TouchpointQuerySet.as_manager()

    class Meta:
        verbose_name = _("touchpoint")
        verbose_name_plural = _("touchpoints")
        ordering = ["-happened_at", "-id"]
        indexes = [
            models.Index(fields=["customer", "-happened_at"], name="touchpoint_history"),
            models.Index(fields=["about_type", "about_id"], name="touchpoint_about"),
            models.Index(
                fields=["id"],
                condition=models.Q(announced_at__isnull=True),
                name="touchpoint_unannounced",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(customer__isnull=False) | ~models.Q(visitor=""),
                name="touchpoint_has_someone",
            ),
            models.UniqueConstraint(
                fields=["outside_id"],
                condition=models.Q(outside_id__isnull=False),
                name="touchpoint_outside_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} #{self.pk}"


class Announcement(models.Model):
    """A listener that failed on a touchpoint and is to be told again; parked after ten tries."""

    touchpoint = models.ForeignKey(Touchpoint, on_delete=models.CASCADE)
    listener = models.CharField(max_length=120)
    attempts = models.PositiveSmallIntegerField(default=1)
    due_at = models.DateTimeField()
    parked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("announcement that failed")
        verbose_name_plural = _("announcements that failed")
        constraints = [
            models.UniqueConstraint(fields=["touchpoint", "listener"], name="announcement_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(parked_at__isnull=True),
                name="announcement_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.listener} #{self.touchpoint_id}"
