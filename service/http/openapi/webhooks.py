"""What the service will tell other systems by itself (Standard Webhooks); announced, not sent by this version."""

from typing import Any

SIGNED = {
    "webhook-id": "Unique for the message; the same when it is sent again. 消息的唯一标识；重发时相同。",
    "webhook-timestamp": "When it was sent, in Unix seconds. 发送时间，Unix 秒数。",
    "webhook-signature": "Signatures of id, timestamp and body (Standard Webhooks). 对标识、时间戳与内容的签名。",
}
WEBHOOKS: dict[str, Any] = {
    "event": {
        "post": {
            "operationId": "receive_event",
            "tags": ["evidence"],
            "summary": "Something happened 事件通知",
            "description": "Something happened.\n\nAnnounced for a later version; this one does not send it yet. "
            "The message is thin: it names what happened to which record, never its content, which you then get "
            "as far as you may see it. It comes at least once, in order for each record; `sequence` tells the "
            "order.\n\n事件通知（后续版本提供）：只含标识与类型，不含内容。",
            "security": [],
            "parameters": [
                {
                    "name": name,
                    "in": "header",
                    "required": True,
                    "description": text,
                    "schema": {"type": "string", "maxLength": 1000},
                }
                for name, text in SIGNED.items()
            ],
            "requestBody": {
                "required": True,
                "description": "The message. 事件内容。",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/WebhookMessage"}}},
            },
            "responses": {
                "204": {"description": "Taken. 已接收。"},
                "410": {"description": "Send nothing more. 不再发送。"},
            },
        }
    }
}
