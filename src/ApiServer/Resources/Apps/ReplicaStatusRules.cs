using Navarch.Machinery.Errors;

namespace Navarch.ApiServer.Resources.Apps;

/// <summary>The counts in the status of a replica set or replication controller must fit together.</summary>
internal static class ReplicaStatusRules
{
    public static void Validate(FieldErrors errors, int replicas, int fullyLabeled, int ready, int available, long observedGeneration)
    {
        var path = FieldPath.Of("status");
        errors.AtLeastZero(path, "replicas", replicas);
        errors.AtLeastZero(path, "fullyLabeledReplicas", fullyLabeled);
        errors.AtLeastZero(path, "readyReplicas", ready);
        errors.AtLeastZero(path, "availableReplicas", available);
        errors.AtLeastZero(path, "observedGeneration", observedGeneration);
        AtMost("fullyLabeledReplicas", fullyLabeled, replicas, "status.replicas");
        AtMost("readyReplicas", ready, replicas, "status.replicas");
        AtMost("availableReplicas", available, replicas, "status.replicas");
        AtMost("availableReplicas", available, ready, "readyReplicas");

        void AtMost(string field, int number, int max, string what)
        {
            if (number > max)
            {
                errors.Invalid(path / field, number, $"cannot be greater than {what}");
            }
        }
    }
}
