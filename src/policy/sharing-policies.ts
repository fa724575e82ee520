/** What the shipped policies say about results of one project that another one may read; added to the first set. */
export const SHARING_POLICIES = `
// ---- sharing ------------------------------------------------------------------------------------------------------

@id("read-in-read-shared")
@says("whoever works in a project reads the results that were shared with it")
permit (principal, action == Action::"share.read", resource)
when { principal.member.contains(resource.to) };

@id("deciders-read-shared")
@says("reviewers and owners of a project read the results that were shared with it, and those that it shares")
permit (principal is Person, action == Action::"share.read", resource)
when {
  principal.reviewer.contains(resource.to) ||
  principal.owner.contains(resource.to) ||
  principal.member.contains(resource.from) ||
  principal.reviewer.contains(resource.from) ||
  principal.owner.contains(resource.from)
};

@id("owners-revoke-shares")
@says("owners of a project end at once what it shares")
permit (principal is Person, action == Action::"share.revoke", resource)
when { principal.owner.contains(resource.from) };

@id("security-revokes-shares")
@says("security ends at once what any project shares")
permit (principal is Person, action == Action::"share.revoke", resource)
when { principal.security };

@id("locked-project-shares-nothing")
@says("what a locked project shares is read by nobody while it is locked")
forbid (principal, action == Action::"share.read", resource)
when { resource.from.locked };
`;
