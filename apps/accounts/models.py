"""Who uses the site."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.functional import cached_property

MAX_NAME = 60


class Role(models.TextChoices):
    """What somebody is here for. Each is a group of the same name; `access.py` says what they may."""

    STUDENT = "student"
    MODERATOR = "moderator"
    EDITOR = "editor"
    ADMIN = "admin"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        """What `manage.py createsuperuser` calls: the admin role, from which staff and superuser follow."""
        user = self.create_user(email, password, **fields)
        user.groups.add(Group.objects.get_or_create(name=Role.ADMIN)[0])
        user.refresh_from_db()
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an account, known to the site by e-mail and to other people by `name`.

    `is_staff` and `is_superuser` follow from the admin role (see `roles.py`) and are never set by hand.
    """

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=MAX_NAME)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False, editable=False)
    date_joined = models.DateTimeField(default=timezone.now)
    service = models.CharField(
        max_length=20,
        unique=True,
        null=True,
        blank=True,
        editable=False,
        help_text="which part of the site acts by this account",
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_in_any_case"),
            models.CheckConstraint(
                condition=models.Q(service__isnull=True) | models.Q(is_active=False), name="user_service_never_logs_in"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @cached_property
    def role_names(self) -> frozenset[str]:
        """Read once per instance, that is, once per request; a change of roles holds from the next request on."""
        return frozenset(self.groups.values_list("name", flat=True))


class Scope(models.TextChoices):
    """What an access token may be used for. Writing does not include reading: each is asked for by name."""

    RUNS_READ = "runs:read", "Look at runs: their state, output and figures"
    RUNS_WRITE = "runs:write", "Start, pause and stop runs"


class AccessToken(models.Model):
    """Lets a program act for a person within `scopes`. The secret itself is shown once and never stored."""

    user = models.ForeignKey(User, models.CASCADE, related_name="access_tokens")
    name = models.CharField(max_length=MAX_NAME)
    scopes = ArrayField(models.CharField(max_length=32, choices=Scope))
    digest = models.BinaryField(max_length=32, unique=True, help_text="SHA-256 of the secret")
    ending = models.CharField(max_length=4, help_text="last characters of the secret, to know it by")
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="to within ten minutes")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name} …{self.ending}"

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]
