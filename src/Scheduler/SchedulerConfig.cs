using Navarch.Client;

namespace Navarch.Scheduler;

/// <summary>How a scheduler works.</summary>
public sealed record SchedulerConfig
{
    /// <summary>Pods that name this scheduler are placed; others are only counted where they run.</summary>
    public string SchedulerName { get; init; } = "default-scheduler";

    /// <summary>Share of the nodes, in percent, that must admit a pod before the search ends. Null: fewer the more nodes there are.</summary>
    public int? PercentageOfNodesToScore { get; init; }

    /// <summary>Requests to the API server at a time. The server commits what comes together in one go.</summary>
    public int RequestsMax { get; init; } = 64;

    /// <summary>The lease to hold while placing pods, as several control planes share one. Null: this is the only scheduler.</summary>
    public LeaderElectionConfig? LeaderElection { get; init; }

    /// <summary>Machine the scheduler runs on, for the events it reports.</summary>
    public string Host { get; init; } = "";
}
