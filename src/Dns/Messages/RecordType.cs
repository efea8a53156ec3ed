namespace Navarch.Dns.Messages;

/// <summary>Numbers of record types, as far as something depends on them (IANA, "Resource Record TYPEs").</summary>
internal static class RecordType
{
    public const ushort A = 1;
    public const ushort NS = 2;
    public const ushort CNAME = 5;
    public const ushort SOA = 6;
    public const ushort PTR = 12;
    public const ushort HINFO = 13;
    public const ushort TXT = 16;
    public const ushort AAAA = 28;
    public const ushort SRV = 33;

    /// <summary>EDNS: no record, but what the sender says of itself.</summary>
    public const ushort OPT = 41;

    public const ushort IXFR = 251;
    public const ushort AXFR = 252;
    public const ushort ANY = 255;
}

/// <summary>How a question was answered (RFC 1035, RFC 6891).</summary>
internal enum ResponseCode
{
    NoError = 0,
    FormatError = 1,
    ServerFailure = 2,

    /// <summary>NXDOMAIN: there is no record of any type, here or below.</summary>
    NoSuchName = 3,
    NotImplemented = 4,
    Refused = 5,

    /// <summary>The client speaks a later EDNS. Its upper bits go into the OPT record.</summary>
    BadVersion = 16,
}
