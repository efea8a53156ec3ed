namespace Navarch.ApiServer.Audit;

/// <summary>How much of a request is recorded (audit.k8s.io/v1 Level).</summary>
internal enum AuditLevel
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Who, what and when.</summary>
    Metadata,

    /// <summary>Also what was sent.</summary>
    Request,

    /// <summary>Also what was answered.</summary>
    RequestResponse,
}

/// <summary>When an event is written (audit.k8s.io/v1 Stage).</summary>
[Flags]
internal enum AuditStages
{
    None = 0,
    RequestReceived = 1,

    /// <summary>Only of requests that run long, such as a watch.</summary>
    ResponseStarted = 2,
    ResponseComplete = 4,
    Panic = 8,
}
