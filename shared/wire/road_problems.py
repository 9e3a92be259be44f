"""The words of what can be wrong between a laptop and its office, as (status, Chinese, English)."""

from shared.domain.errors import ErrorCode as C

ROAD_WORDS: dict[C, tuple[int, str, str]] = {
    C.OFFICE_UNREACHABLE: (
        503,
        "连不上县里的服务器（没有网络，或地址不对）。记录都在本机，会自动再试。",
        (
            "The office cannot be reached (no network, or a wrong address). "
            "All records are here; it tries again by itself."
        ),
    ),
    C.OFFICE_ADDRESS_UNKNOWN: (
        503,
        "查不到“{host}”：没有联网，或地址写错。联网后会自动再试；已经联网就请与县里核对地址。",
        (
            "The name “{host}” is not known: no network, or a wrong address. With a network it tries again by itself; "
            "if there is one already, check the address with the county."
        ),
    ),
    C.OFFICE_SILENT: (
        504,
        "“{host}”等了 {seconds} 秒没有回答：网太慢或半路断了。会自动再试；一直这样就换个网络，或用 U 盘送。",
        (
            "No answer from “{host}” in {seconds} seconds: the network is too slow, or broken on the way. "
            "It tries again by itself; if it stays so, use another network or a USB stick."
        ),
    ),
    C.CONNECTION_RESET: (
        502,
        "连接被网络里的设备或服务器切断了。会自动再试，不会重复；一直这样就请网管放行“{host}”。",
        (
            "A device on the way, or the server, reset the connection. It tries again by itself, nothing is doubled; "
            "if it stays so, ask whoever runs the network to let “{host}” pass."
        ),
    ),
    C.REPLY_CUT: (
        502,
        "传到一半断开了。记录都在本机，会自动再试，不会重复。",
        "The connection broke half-way. All records are here; it tries again by itself and nothing is doubled.",
    ),
    C.LENGTH_WRONG: (
        502,
        "回答的长度不对，被中间的代理改坏了，没有采用。会自动再试；一直这样就请网管让“{host}”不经代理。",
        (
            "The answer is not as long as it says: a proxy on the way spoilt it. It was not used. It tries again; "
            "if it stays so, ask whoever runs the network to let “{host}” pass without the proxy."
        ),
    ),
    C.OFFICE_TLS_FAILED: (
        502,
        "与“{host}”的安全连接（https）建不起来，什么都没有传。请先看电脑日期对不对，再与县里核对地址；都对就换个网络。",
        (
            "No secure connection (https) to “{host}”; nothing was sent. Check this computer's date, then the address "
            "with the county; if both are right, the network intercepts it: use another."
        ),
    ),
    C.LOG_IN_PAGE: (
        502,
        "这个网络要先登录：回答的是上网登录页，不是县里的服务器。请打开浏览器登录网络，再点“现在联网上送”。",
        (
            "This network wants a log-in first: its log-in page answered, not the office. "
            "Log in with a browser, then press “Send now”."
        ),
    ),
    C.PROXY_ANSWERED: (
        502,
        "回答的是一个网页，不是县里的服务器：被代理或防火墙拦下，或地址写错。请网管放行“{host}”，或与县里核对地址。",
        (
            "A web page answered, not the office: most likely a proxy or firewall of the school's, or a wrong address. "
            "Ask whoever runs the network to let “{host}” pass, or check the address with the county."
        ),
    ),
    C.OFFICE_NOT_OURS: (
        502,
        "“{host}”有回答，但不是县里的服务器，多半是地址或端口写错了。请与县里核对地址。",
        (
            "Something answers at “{host}”, but it is not the office: most likely a wrong address or port. "
            "Check the address with the county."
        ),
    ),
    C.OFFICE_KEY_WRONG: (
        502,
        "这台服务器的身份与登记时不同，没有传送任何内容。请核对地址并与县里联系。",
        (
            "This server is not the one this laptop is enrolled with; nothing was sent. "
            "Check the address and call the county."
        ),
    ),
    C.OFFICE_FAILED: (
        502,
        "县里的服务器出错（{status}）。记录都在本机，会自动再试。",
        "The office's server failed ({status}). All records are here; it tries again by itself.",
    ),
    C.OFFICE_REFUSED: (422, "县里没有接收：{zh}", "The office refused: {en}"),
}
