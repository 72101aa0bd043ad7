"""The forms of accounts: django-allauth's with our labels, and the name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account import forms as allauth
from django import forms
from django.contrib.auth.password_validation import UserAttributeSimilarityValidator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse

from .models import MAX_NAME, Scope, User
from .names import clean_name

if TYPE_CHECKING:  # the stubs' class is generic, Django's is not
    ProfileFormBase = forms.ModelForm[User]
else:
    ProfileFormBase = forms.ModelForm


class NameField(forms.CharField):
    """What other people read next to one's posts."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "Name")
        options.setdefault("help_text", "Shown next to what you write. It need not be your real one.")
        super().__init__(max_length=MAX_NAME, widget=forms.TextInput({"autocomplete": "name"}), **options)

    def clean(self, value: Any) -> str:
        return clean_name(super().clean(value))


class ProfileForm(ProfileFormBase):
    name = NameField()

    class Meta:
        model = User
        fields = ["name"]


class TokenForm(forms.Form):
    """What a new access token is for."""

    name = forms.CharField(
        label="Name", max_length=MAX_NAME, help_text="Where you will use it, such as “laptop”. Only you see it."
    )
    scopes = forms.MultipleChoiceField(
        label="It may",
        choices=Scope.choices,
        initial=list(Scope),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose what the token may do."},
    )
    days = forms.TypedChoiceField(
        label="It works for", coerce=int, initial=90, choices=[(30, "30 days"), (90, "90 days"), (365, "a year")]
    )

    def clean_name(self) -> str:
        return clean_name(self.cleaned_data["name"])


class Labelled:
    """Labels say what a field is for; placeholders, which vanish on typing, do not repeat it."""

    labels: dict[str, str] = {}
    helps: dict[str, str] = {}
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, "")


class SignupForm(Labelled, allauth.SignupForm):
    name = NameField()
    account_already_exists: bool
    field_order = ["name", "email", "password1"]
    labels = {"email": "E-mail address", "password1": "Password"}
    helps = {
        "name": "Shown next to what you write. It need not be your real one.",
        "email": "We send a code there to make sure that it is yours. Other people never see it.",
        "password1": "At least 10 characters; not a common password, nor close to your name or address.",
    }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean()
        if password := cleaned.get("password1"):
            try:
                UserAttributeSimilarityValidator(["name"]).validate(password, User(name=cleaned.get("name", "")))
            except ValidationError as error:
                self.add_error("password1", error)
        return cleaned

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """As allauth's, but all or nothing; whether the address is taken shows neither in the answer nor in its time."""
        outcome: tuple[User | None, HttpResponse | None]
        try:
            with transaction.atomic():
                if self.account_already_exists:
                    User().set_password(self.cleaned_data["password1"])
                outcome = super().try_save(request)
        except IntegrityError:  # somebody signed up with the same address a moment ago
            self.account_already_exists = True
            outcome = super().try_save(request)
        return outcome


class LoginForm(Labelled, allauth.LoginForm):
    labels = {"login": "E-mail address"}


class ResetPasswordForm(Labelled, allauth.ResetPasswordForm):
    labels = {"email": "E-mail address"}


class ResetPasswordKeyForm(Labelled, allauth.ResetPasswordKeyForm):
    labels = {"password1": "New password", "password2": "New password, once more"}


class ChangePasswordForm(Labelled, allauth.ChangePasswordForm):
    labels = {"oldpassword": "Present password", "password1": "New password", "password2": "New password, once more"}


class SetPasswordForm(Labelled, allauth.SetPasswordForm):
    labels = {"password1": "Password", "password2": "Password, once more"}


class AddEmailForm(Labelled, allauth.AddEmailForm):
    labels = {"email": "New e-mail address"}


class ReauthenticateForm(Labelled, allauth.ReauthenticateForm):
    labels = {"password": "Your password"}


class ConfirmEmailForm(Labelled, allauth.ConfirmEmailVerificationCodeForm):
    labels = {"code": "Code"}
