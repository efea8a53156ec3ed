namespace Navarch.Kubelet.Cgroups;

/// <summary>Who makes control groups. Must be what the runtime uses.</summary>
public enum CgroupDriver
{
    /// <summary>Whoever needs one makes a directory.</summary>
    Cgroupfs,

    /// <summary>systemd makes them on request of the runtime; the kubelet only chooses names.</summary>
    Systemd,
}
