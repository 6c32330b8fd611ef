"""AWS KMS as the holder of the key-encryption keys; needs the extra `kms`."""

import asyncio
from collections.abc import Mapping
from typing import Any

from service.adapters.files.key_wrapping import Place, UnknownKey, Wrapped
from service.adapters.files.sealing import Damaged

CONNECT_S, READ_S, TRIES = 2, 5, 3
# A key of another place or class, a changed one, and one under a key that is not ours.
REFUSALS = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class KmsKeys:
    """One KMS key a class, named by id, ARN or alias; where a file's key belongs is its encryption context.

    Region, credentials and address come from the usual AWS_* variables.
    """

    def __init__(self, keys: Mapping[str, str]) -> None:
        """The KMS keys by class."""
        import boto3  # noqa: PLC0415 - an extra
        from botocore.config import Config  # noqa: PLC0415 - an extra

        self._keys = dict(keys)
        config = Config(connect_timeout=CONNECT_S, read_timeout=READ_S, retries={"max_attempts": TRIES})
        self._client: Any = boto3.client("kms", config=config)

    async def wrap(self, key: bytes, place: Place) -> Wrapped:
        """The key, encrypted by the class's KMS key; its ARN is the id."""
        named = self._keys[place.confidentiality]
        answer = await asyncio.to_thread(
            self._client.encrypt, KeyId=named, Plaintext=key, EncryptionContext=context(place)
        )
        return Wrapped(answer["KeyId"], answer["CiphertextBlob"])

    async def unwrap(self, wrapped: Wrapped, place: Place) -> bytes:
        """The key; Damaged, UnknownKey."""
        try:
            answer = await asyncio.to_thread(
                self._client.decrypt,
                KeyId=wrapped.key_id,
                CiphertextBlob=wrapped.key,
                EncryptionContext=context(place),
            )
        except self._client.exceptions.NotFoundException:
            raise UnknownKey(wrapped.key_id) from None
        except self._client.exceptions.ClientError as error:
            if error.response["Error"]["Code"] in REFUSALS:
                raise Damaged from None
            raise
        return bytes(answer["Plaintext"])

    async def is_current(self, wrapped: Wrapped, place: Place) -> bool:
        """Whether the id is that of the key which the class names now."""
        answer = await asyncio.to_thread(self._client.describe_key, KeyId=self._keys[place.confidentiality])
        return bool(answer["KeyMetadata"]["Arn"] == wrapped.key_id)


def context(place: Place) -> dict[str, str]:
    """A place as KMS binds it to a ciphertext."""
    return {
        "item": str(place.item_id),
        "version": str(place.version_id),
        "confidentiality": place.confidentiality,
    }
