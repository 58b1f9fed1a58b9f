SELECT base.slug, sums.certain, sums.possible
FROM (
    SELECT base_id, SUM(attack_count) AS certain, SUM(attack_count) AS possible
    FROM attacks_incident
    WHERE status = 'published' AND merged_into_id IS NULL AND grade <> 'discounted'
        AND id IN (
            SELECT claim.incident_id
            FROM attacks_claim AS claim
            JOIN sources_organisation AS claimant ON claimant.id = claim.claimant_id
            WHERE claim.kind = 'responsibility' AND claim.stance = 'affirms'
                AND claimant.slug = '{claimant}' AND claimant.kind = 'armed_group'
        )
    GROUP BY base_id
) AS sums
JOIN bases_militarybase AS base ON base.id = sums.base_id
