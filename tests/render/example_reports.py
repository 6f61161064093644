"""Whole reports for the tests of the renderer: one that a reader would get, one full of hostile text, one unsettled."""

from __future__ import annotations

from copy import deepcopy

from wizard.render.contract import FindingJson, Report
from wizard.render.phrases import Labels

LABELS = {
    "en": Labels(
        facts={"log.verdict": "what the gateway decided about the connection", "log.reason": "why"},
        values={("log.verdict", "REJECT"): "rejected"},
        findings={"connection-rejected": "The gateway rejected the connection", "message-delivered": "Delivered"},
    ),
    "ja": Labels(
        facts={"log.verdict": "接続に対するゲートウェイの判定", "log.reason": "その理由"},
        values={("log.verdict", "REJECT"): "拒否"},
        findings={"connection-rejected": "ゲートウェイが接続を拒否した", "message-delivered": "配送済み"},
    ),
}

CURRENT = "mail.@20250303T000000.c"


JAPANESE: dict[str, dict[str, str]] = {
    "connection-rejected": {
        "title": "送信サーバーの評価が低いため、ゲートウェイが接続を拒否しました",
        "explanation": "サーバー 198.51.100.23 はゲートウェイに接続しましたが、送信者グループ "
        "`BLOCKED_LIST` に分類され、メールを送る前に拒否されました。評価スコアは -7.1 でした。\n"
        "送信側には応答 554 で通知されています。",
        "gateway-admin": "`Mail Policies > HAT Overview` で、グループ `BLOCKED_LIST` のどの行に一致したかを"
        "確かめてください。\n"
        "信頼できる送信者であれば、198.51.100.23 をそれより上のグループ（例: `ALLOWED_LIST`）に追加し、"
        "コミットしてください。判定はアドレス単位で、送信者名は関係しません。",
        "sender-admin": "https://talosintelligence.com/ でアドレスの評価を調べ、低い評価の原因を取り除いてください。"
        "PTR レコードも公開してください。",
        "user": "解決するまで、別の方法で連絡するよう送信者に頼んでください。",
        "limits": "その評価が妥当かどうか。",
    },
    "reverse-dns-missing": {
        "title": "送信元アドレスの逆引きが設定されていません",
        "explanation": "198.51.100.23 の PTR レコードがありません。このようなサーバーは信頼されにくくなります。",
        "sender-admin": "互いに一致する PTR レコードと A レコードを公開してください。",
    },
    "message-delivered": {
        "title": "メールは次の配送先に渡されました",
        "explanation": "`192.0.2.80` に渡され、250 の応答がありました。",
    },
}


def japanese(report: Report) -> Report:
    """The same report with the rules' texts in Japanese."""
    for finding in report["findings"]:
        texts = JAPANESE[finding["id"]]
        finding.update(title=texts["title"], explanation=texts["explanation"])
        if "limits" in finding:
            finding["limits"] = texts["limits"]
        finding["remedies"] = [{"for": one["for"], "text": texts[one["for"]]} for one in finding["remedies"]]
    for step in report["next"]:
        step["question"] = "手動で同じ会話を試したとき、グリーティングは同じですか。"
        step["why"] = "拒否がまだ続いているかどうかが分かります。"
        step["how"] = "送信側のネットワークで `telnet mx1.corp.example 25` を実行し、5 分間待ってください。"
    return report


def rejected() -> Report:
    """A refused connection, a later delivery of other mail, reverse DNS that is missing."""
    return {
        "schema": "mailwhy/1",
        "conclusion": {"id": "connection-rejected", "confidence": "certain"},
        "findings": [
            {
                "id": "connection-rejected",
                "confidence": "certain",
                "title": "The gateway rejected the connection because of the sending server's reputation",
                "explanation": (
                    "The server 198.51.100.23 reached the gateway, which put it into the sender group `BLOCKED_LIST` "
                    "and refused it before any message was sent. Its reputation score was -7.1.\n"
                    "The sender has been told so by the reply 554."
                ),
                "detail": {
                    "reason": "reputation",
                    "sender_group": "BLOCKED_LIST",
                    "seconds": 21.5,
                    "reply": "554 5.7.1 mx1.corp.example: your reputation is too low",
                    "ip": "198.51.100.23",
                    "source": "earlier-mail",
                },
                "about": {"host": "mx1", "ip": "198.51.100.23", "icid": 60140291, "mid": None, "recipient": None},
                "evidence": [
                    {
                        "source": CURRENT,
                        "line": 4711,
                        "time": "2025-03-03T14:02:11+09:00",
                        "text": "Mon Mar  3 14:02:11 2025 Info: New SMTP ICID 60140291 interface Data 1 (192.0.2.14) "
                        "address 198.51.100.23 reverse dns host unknown verified no",
                    },
                    {
                        "source": CURRENT,
                        "line": 4713,
                        "time": "2025-03-03T14:02:12+09:00",
                        "text": "Mon Mar  3 14:02:12 2025 Info: ICID 60140291 REJECT SG BLOCKED_LIST match "
                        "sbrs[-10.0:-3.0] SBRS -7.1 country Netherlands",
                    },
                    {"source": "dns", "text": "PTR 23.100.51.198.in-addr.arpa → NXDOMAIN (zone 51.198.in-addr.arpa)"},
                    {
                        "source": "search",
                        "text": "A message from partner.example on ICID 60140291, 2025-03-03 14:00 to 15:00: none.",
                    },
                ],
                "because": ["log.verdict", "log.reason"],
                "remedies": [
                    {
                        "for": "gateway-admin",
                        "text": "See in `Mail Policies > HAT Overview` which row of the group `BLOCKED_LIST` matched "
                        "the address.\n"
                        "If the sender is to be trusted, add 198.51.100.23 to a group above it, for example "
                        "`ALLOWED_LIST`, and commit. Blocking is by address, not by the sender's name.",
                    },
                    {
                        "for": "sender-admin",
                        "text": "Look the address up at https://talosintelligence.com/ and have the reason of the "
                        "poor reputation mended; publish a PTR record for it.",
                    },
                    {"for": "user", "text": "Ask the sender to reach you in another way until this is mended."},
                ],
                "cites": ["S6", "Cisco TAC 118219"],
                "limits": "Whether the reputation is deserved.",
            },
            {
                "id": "reverse-dns-missing",
                "confidence": "certain",
                "title": "The sending address has no reverse DNS",
                "explanation": "There is no PTR record for 198.51.100.23. Many gateways trust such a server less.",
                "detail": {"ip": "198.51.100.23"},
                "about": {"host": None, "ip": "198.51.100.23", "icid": None, "mid": None, "recipient": None},
                "evidence": [{"source": "dns", "text": "PTR 23.100.51.198.in-addr.arpa → NXDOMAIN"}],
                "because": ["reverse_dns"],
                "remedies": [{"for": "sender-admin", "text": "Publish a PTR record and an A record that agree."}],
                "cites": ["S13", "S14"],
            },
            {
                "id": "message-delivered",
                "confidence": "certain",
                "title": "The message was delivered to the next hop",
                "explanation": "It was handed to `192.0.2.80`, which answered 250.",
                "detail": {"ip": "192.0.2.80", "reply": "250 2.0.0 Ok: queued as 4Z5abc"},
                "about": {"host": "mx1", "ip": "203.0.113.9", "icid": 60139990, "mid": 8812, "recipient": None},
                "evidence": [
                    {
                        "source": CURRENT,
                        "line": 3200,
                        "time": "2025-03-03T11:15:40+09:00",
                        "text": "Mon Mar  3 11:15:40 2025 Info: Message done DCID 771 MID 8812 to RID [0] "
                        "[('x-ipas', 'none')]",
                    }
                ],
                "because": ["log.delivery"],
                "remedies": [],
                "cites": ["S8"],
            },
        ],
        "facts": {
            "sender.address": {"value": ["198.51.100.23"], "from": "option", "at": None},
            "sender.domain": {"value": "partner.example", "from": "option", "at": None},
            "log.verdict": {"value": "REJECT", "from": "logs", "at": "2025-03-03T14:02:12+09:00"},
            "log.reason": {"value": "reputation", "from": "logs", "at": "2025-03-03T14:02:12+09:00"},
            "log.seconds": {"value": 21.5, "from": "logs", "at": "2025-03-03T14:02:33+09:00"},
            "reverse_dns": {"value": "unavailable", "from": "dns", "at": None},
        },
        "messages": [
            {
                "host": "mx1",
                "icid": 60139990,
                "mid": 8812,
                "sender": "alice@partner.example",
                "recipients": [
                    {"address": "bob@corp.example", "outcome": "message-delivered"},
                    {"address": "carol@corp.example", "outcome": "message-quarantined"},
                ],
                "sender_ip": "203.0.113.9",
                "time": "2025-03-03T11:15:32+09:00",
                "outcome": "message-quarantined",
            },
            {
                "host": "mx1",
                "icid": 60140291,
                "mid": None,
                "sender": None,
                "recipients": [],
                "sender_ip": "198.51.100.23",
                "time": "2025-03-03T14:02:11+09:00",
                "outcome": "connection-rejected",
            },
        ],
        "timeline": [
            {
                "time": "2025-03-03T14:02:11+09:00",
                "icid": 60140291,
                "mid": None,
                "dcid": None,
                "text": "New SMTP ICID 60140291 interface Data 1 (192.0.2.14) address 198.51.100.23 reverse dns host "
                "unknown verified no",
                "source": CURRENT,
                "line": 4711,
            },
            {
                "time": "2025-03-03T14:02:12+09:00",
                "icid": 60140291,
                "mid": None,
                "dcid": None,
                "text": "ICID 60140291 REJECT SG BLOCKED_LIST match sbrs[-10.0:-3.0] SBRS -7.1 country Netherlands",
                "source": CURRENT,
                "line": 4713,
            },
            {
                "time": "2025-03-03T14:02:33+09:00",
                "icid": 60140291,
                "mid": None,
                "dcid": None,
                "text": "ICID 60140291 close",
                "source": CURRENT,
                "line": 4720,
            },
        ],
        "next": [
            {
                "fact": "hand_test.result",
                "question": "Is the greeting the same when the conversation is imitated by hand?",
                "why": "It would tell whether the block still holds.",
                "how": "From the sender's network: `telnet mx1.corp.example 25`, and wait for five minutes.",
            }
        ],
        "coverage": {
            "from": "2025-03-03T00:00:04+09:00",
            "to": "2025-03-03T15:30:00+09:00",
            "files": [
                {
                    "path": f"/var/log/esa/{CURRENT}",
                    "lines": 1234567,
                    "bytes": 210000000,
                    "from": "2025-03-03T00:00:04+09:00",
                    "to": "2025-03-03T15:30:00+09:00",
                    "problems": [],
                },
                {
                    "path": "/var/log/esa/mail.@20250302T000000.s.gz",
                    "lines": 12,
                    "bytes": 2048,
                    "from": None,
                    "to": None,
                    "problems": ["truncated gzip stream"],
                },
            ],
        },
    }


def unsettled() -> Report:
    """Nothing to conclude from: the sender's address is not known."""
    report = rejected()
    advice = deepcopy(report["findings"][1])
    advice["id"] = "ask-sender-admin"
    advice["title"] = "Ask the sending server's administrator to check its logs"
    advice["explanation"] = "Nothing more can be learnt on this side."
    advice["remedies"] = [{"for": "sender-admin", "text": "Look for the gateway's name in the server's own log."}]
    advice["about"] = None
    report["conclusion"] = None
    report["findings"] = [advice]
    report["facts"] = {"sender.domain": {"value": "partner.example", "from": "option", "at": None}}
    report["messages"], report["timeline"] = [], []
    report["coverage"] = {"from": None, "to": None, "files": []}
    return report


HOSTILE = (
    '<script>alert("x")</script> <img src=x onerror=y> ](javascript:alert(1)) [click](https://evil.example/) '
    "![i](//evil.example/i.png) `code` ``` ~~~ | pipe \\| **bold** _em_ # head &lt;b&gt; &#x3C;b> "
    "www.evil.example evil.example mail@evil.example <https://evil.example> <!-- c --> $x$ "
    "\x1b[31mred\x1b]0;title\x07 \u202ertl\u202c \u200bzero \u2028 \x9b1m \udc80 "
    "\n# A heading\n\n- item\n\n---\n> quote\n\n    code\n\n```\nfence\n```\n"
    "\n| a | b |\n|---|---|\n| 1 | 2 |\n\ntext\n===\n"
)


def hostile(text: str = HOSTILE) -> Report:
    """The same report with a stranger's text in every place where a stranger's text can come."""
    report = rejected()

    def spoil(finding: FindingJson) -> FindingJson:
        return {
            **finding,
            "title": text,
            "explanation": text,
            "limits": text,
            "detail": {**finding["detail"], "by": text, "names": [text, text], "odd_key": text},
            "evidence": [{**one, "text": text} for one in finding["evidence"]],  # type: ignore[misc]
            "remedies": [{"for": "user", "text": text}],
            "cites": [text],
        }

    report["findings"] = [spoil(finding) for finding in report["findings"]]
    report["facts"] = {**report["facts"], "log.verdict": {"value": text, "from": "answer", "at": None}}
    report["messages"] = [
        {**one, "host": text, "sender": text, "sender_ip": text, "recipients": [{"address": text, "outcome": None}]}
        for one in report["messages"]
    ]
    report["timeline"] = [{**one, "text": text, "source": text} for one in report["timeline"]]
    report["next"] = [{"fact": "a", "question": text, "why": text, "how": text, "text": text}]
    report["coverage"]["files"] = [{**one, "path": text, "problems": [text]} for one in report["coverage"]["files"]]
    return report
