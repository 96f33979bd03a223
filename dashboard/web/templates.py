"""Templates: one Jinja environment per language, everything escaped."""

from __future__ import annotations

from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from dashboard.config import LANGUAGES
from dashboard.web.assets import Assets
from dashboard.web.languages import language

FOLDER = Path(__file__).parent.parent / "templates"


class Templates:
    """Renders a template in a language."""

    def __init__(self, assets: Assets) -> None:
        """Make the environments; templates are compiled at their first use."""
        self.assets = assets
        self._environments = {code: _environment(code, assets) for code in LANGUAGES}

    def render(self, name: str, language_code: str, **values: object) -> str:
        """Render a template; a value that it needs and does not get is an error."""
        return self._environments[language_code].get_template(name).render(values)


class _Compiled(BytecodeCache):
    """Keeps compiled templates in memory: what one language has compiled serves all."""

    def __init__(self) -> None:
        self._codes: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what was compiled before from the same source."""
        compiled = self._codes.get(bucket.key)
        if compiled is not None:
            bucket.bytecode_from_string(compiled)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled now."""
        self._codes[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


def _environment(code: str, assets: Assets) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        bytecode_cache=_COMPILED,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(  # type: ignore[attr-defined]
        language(code).translations, newstyle=True
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.globals["asset"] = assets.url
    environment.globals["language"] = language(code)
    return environment
